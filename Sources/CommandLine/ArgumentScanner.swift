@preconcurrency import CGetopt
import Glibc
import Synchronization

/// One piece of a command line, as `getopt_long` sees it.
enum ScannedArgument: Equatable {
  /// The option at this place in the list of long options, and its value.
  case option(Int, value: String?)
  /// An option at the end of the command line that lacks the value it needs.
  case missingValue(Int)
  /// The option at this place was written with a value (`--quiet=yes`) but takes none.
  case unexpectedValue(Int, argument: String)
  /// An unknown option, or an abbreviation that fits more than one.
  case unknown(String)
  /// An argument that is not an option.
  case positional(String)
}

/// An option as `getopt_long` knows it.
struct LongOption {
  let name: String
  let takesValue: Bool
  /// A single ASCII letter for an option without a value.
  var letter: Character?
}

/// Splits arguments into options, values and the rest, in order, with the C library's parser.
///
/// So abbreviations, `--name=value` and `--` work as in every other program. The parser keeps its
/// state in global variables; the lock makes this function safe to call from several threads.
func scan(_ arguments: [String], for options: [LongOption]) -> [ScannedArgument] {
  parserState.withLock { _ in
    withGetoptArguments(arguments, options) { count, argv, table, letters in
      // 0, and not 1, makes the GNU library forget everything of an earlier call.
      optind = 0
      var found: [ScannedArgument] = []
      while true {
        let place = max(1, Int(optind))
        let code = getopt_long(count, argv, letters, table, nil)
        if code == -1 { break }
        let argument = arguments[place - 1]
        found.append(interpret(code, argument: argument, options: options))
      }
      // Everything after a "--".
      found += arguments.dropFirst(max(1, Int(optind)) - 1).map { .positional($0) }
      return found
    }
  }
}

private let parserState = Mutex(())

/// What `getopt_long` returns for option 0; plain letters and punctuation lie below.
private let firstCode: Int32 = 256

private func interpret(
  _ code: Int32, argument: String, options: [LongOption]
) -> ScannedArgument {
  switch code {
  case firstCode...:
    return .option(Int(code - firstCode), value: optarg.map { String(cString: $0) })
  case 1:
    return .positional(argument)
  case character(":"):
    return .missingValue(Int(optopt - firstCode))
  case character("?") where optopt >= firstCode:
    return .unexpectedValue(Int(optopt - firstCode), argument: argument)
  default:
    let option = options.firstIndex { $0.letter.map(character) == code }
    return option.map { .option($0, value: nil) } ?? .unknown(argument)
  }
}

private func character(_ character: Character) -> Int32 {
  Int32(character.asciiValue ?? 0)
}

/// Calls the body with the arguments and options in C's form, which are valid only during the call.
private func withGetoptArguments<Result>(
  _ arguments: [String], _ options: [LongOption],
  _ body: (
    _ count: Int32, _ argv: UnsafePointer<UnsafeMutablePointer<CChar>?>,
    _ table: UnsafePointer<option>, _ letters: UnsafePointer<CChar>
  ) -> Result
) -> Result {
  let argv = ([""] + arguments).map { strdup($0) } + [nil]
  let names = options.map { strdup($0.name) }
  defer {
    for text in argv + names { free(text) }
  }
  let table =
    zip(options, names).enumerated().map { place, pair in
      option(
        name: pair.1, has_arg: pair.0.takesValue ? required_argument : no_argument, flag: nil,
        val: firstCode + Int32(place))
    } + [option()]
  // "-": keep the arguments in order. ":": print nothing, and tell a missing value from an unknown
  // option.
  let letters = "-:" + String(options.compactMap(\.letter))
  return body(Int32(arguments.count + 1), argv, table, letters)
}
