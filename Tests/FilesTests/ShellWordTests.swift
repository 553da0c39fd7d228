import Foundation
import Testing

@testable import Files

@Suite struct ShellWordTests {
  @Test(arguments: [
    ("runs/vae-001", "runs/vae-001"), ("my runs", "'my runs'"), ("it's", #"'it'\''s'"#),
    ("", "''"), ("$HOME", "'$HOME'"), ("~/x", "'~/x'"), ("=ls", "'=ls'"), ("a=b", "a=b"),
    ("-x", "-x"), ("Zoë", "'Zoë'"), ("a\nb", #"$'a\nb'"#), ("a'\t\\", #"$'a\'\t\\'"#),
    ("\u{1B}[31m1", #"$'\033[31m1'"#), ("a\u{202E}b", #"$'a\342\200\256b'"#),
  ])
  func wordsAreQuotedWhereTheyHaveTo(word: String, quoted: String) {
    #expect(shellWord(word) == quoted)
  }

  /// A shell parses the quoted words back to the originals.
  @Test func aShellTakesEveryWordForWhatItIs() throws {
    let words = [
      "plain", "two words", "it's", "\"q\"", "$HOME $(ls) `ls`", "~", "~/x", "-n", "--", "a\nb\n",
      "\t", "\\", "*?[a]", "!!", "#x", "&;|<>(){}", "a\u{7F}1\u{85}9\u{202E}", "é\u{0301}'", "",
    ]
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [
      "-c", "printf '%s\\0' " + words.map(shellWord).joined(separator: " "),
    ]
    process.standardOutput = output
    try process.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    let found = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(
      Array.init)
    #expect(found == words.map { Array($0.utf8) })
    #expect(words.allSatisfy { !shellWord($0).contains("\n") })
  }
}
