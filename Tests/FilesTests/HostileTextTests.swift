import Foundation
import TestSupport
import Testing

@testable import Files

/// Texts from files, as displayed and as written to tables.
@Suite struct HostileTextTests {
  @Test(arguments: [
    ("plain, with 'marks' \\ and %", "plain, with 'marks' \\ and %"),
    ("größer, 数字, 😀, नमस्ते", "größer, 数字, 😀, नमस्ते"),
    ("\u{1B}[31mred\u{1B}[0m", "\\u{1B}[31mred\\u{1B}[0m"),
    ("\u{1B}]0;title\u{7}", "\\u{1B}]0;title\\u{7}"),
    ("\u{9B}2J", "\\u{9B}2J"),
    ("a\nb\r\tc\u{0}\u{7F}", "a\\nb\\r\\tc\\u{0}\\u{7F}"),
    ("a\r\nb", "a\\r\\nb"),
    ("\u{202E}gnp.exe", "\\u{202E}gnp.exe"),
    ("\u{2066}x\u{2069}\u{200F}", "\\u{2066}x\\u{2069}\\u{200F}"),
    ("a\u{2028}b\u{2029}c\u{FEFF}", "a\\u{2028}b\\u{2029}c\\u{FEFF}"),
    // Joiners are part of the spelling of words and of single emoji.
    ("م\u{200C}ی 👩\u{200D}🔬", "م\u{200C}ی 👩\u{200D}🔬"),
  ])
  func whatATerminalWouldObeyIsEscaped(text: String, expected: String) {
    #expect(Array(printable(text).unicodeScalars) == Array(expected.unicodeScalars))
    #expect(printable(printable(text)) == printable(text))
  }

  @Test func aLongTextLosesItsMiddle() {
    let text = String(repeating: "a", count: 200_000) + "\u{1B}z"
    #expect(
      printable(text, atMost: 8) == "aaaaaa … (199994 characters left out) … \\u{1B}z")
    #expect(printable(text).count < 2_100)
    #expect(printable("12345678", atMost: 8) == "12345678")
  }

  @Test(arguments: [
    ("cat", "cat"), ("a b", "a b"), ("", ""), ("a,b", "\"a,b\""),
    ("say \"hi\"", "\"say \"\"hi\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), (" x", "\" x\""),
    ("=1+2", "'=1+2"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\tx", "'\tx"),
    ("=HYPERLINK(\"http://a\",\"b\")", "\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\""),
    ("＝1", "'＝1"), ("a=1", "a=1"),
  ])
  func fieldsOfTables(text: String, field: String) {
    #expect(String(decoding: csvField(text.utf8), as: UTF8.self) == field)
  }

  @Test func theErrorOfAModelFileIsOneShortLine() {
    let name = "\u{1B}[2J\n" + String(repeating: "x", count: 200_000)
    let errors: [ModelFileError] = [
      .unsuitableMetadata(path: "a", name: "kind", expected: "'vae'", found: name),
      .unsupportedType(path: "a", name: name, found: name), .notFinite(path: "a", name: name),
      .anotherModel(
        path: "a",
        (0..<10_000).map { TensorMismatch(name: "\($0)\u{7}", expected: nil, found: [1]) }),
    ]
    for error in errors {
      let text = error.description
      #expect(text.utf8.count < 10_000)
      #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
    }
  }
}

/// Files whose contents are displayed to others.
@Suite struct RegularFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/run/samples", withIntermediateDirectories: true)
    try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.path + "/secret"))
    try Data("open".utf8).write(to: URL(fileURLWithPath: folder.path + "/run/samples/a"))
  }

  private func text(_ name: String, atMost limit: Int = 100) throws -> String {
    let file = try RegularFile<ModelFileError>(name, withoutLinksIn: folder.path + "/run")
    return String(decoding: try file.contents(atMost: limit), as: UTF8.self)
  }

  @Test func linksAreNotFollowed() throws {
    #expect(try text("samples/a") == "open")
    for (link, target) in [("run/b", "../secret"), ("run/c", "samples"), ("run/d", "nowhere")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + link, withDestinationPath: target)
    }
    for name in ["b", "c/a", "d", "nowhere", "nowhere/a", "samples/a/b", "samples"] {
      #expect(throws: ModelFileError.self, "\(name)") { try text(name) }
    }
    // The run's folder itself may be elsewhere.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/there", withDestinationPath: "run")
    let file = try RegularFile<ModelFileError>("samples/a", withoutLinksIn: folder.path + "/there")
    #expect(file.size == 4)
  }

  @Test func moreThanTheLimitIsRefused() throws {
    let path = folder.path + "/run/samples/a"
    #expect(truncate(path, 1 << 40) == 0)
    let error = ModelFileError.damaged(
      path: path, reason: "expected at most 100 bytes, found 1099511627776")
    #expect(throws: error) { try text("samples/a") }
  }

  @Test(.timeLimit(.minutes(10))) func nothingWaitsForAPipeOrASocket() throws {
    #expect(mkfifo(folder.path + "/run/pipe", 0o666) == 0)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = "/tmp/pushforward-\(getpid()).socket"
    defer { unlink(path) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(code == 0)
    for (path, found) in [(folder.path + "/run/pipe", "a pipe"), (path, "a socket or a device")] {
      let error = ModelFileError.damaged(
        path: path, reason: "expected a regular file, found \(found)")
      #expect(throws: error) { try SafetensorsFile(path: path) }
    }
  }
}
