import Files
import Testing

@testable import CommandLine

@Suite struct CommandLineErrorTests {
  /// Arguments and the line that a user reads.
  static let cases: [([String], String)] = [
    // Unknown options.
    (["--epohcs", "3"], "unknown option '--epohcs'; did you mean '--epochs'?"),
    (["--epohcs=3"], "unknown option '--epohcs'; did you mean '--epochs'?"),
    (["-epochs", "3"], "unknown option '-epochs'; did you mean '--epochs'?"),
    (["--learningrate", "1"], "unknown option '--learningrate'; did you mean '--learning-rate'?"),
    (["--verison"], "unknown option '--verison'; did you mean '--version'?"),
    (["--colour", "red"], "unknown option '--colour'"),
    (["-x"], "unknown option '-x'"),
    (["--beta", "2"], "'--beta' is an option of vae and flow, not of this command"),
    (["--l", "3"], "ambiguous option '--l': it could be --learning-rate, --likelihood or --limit"),
    // Missing values, and values where none is allowed.
    (["--quiet", "--epochs"], "--epochs needs a value: --epochs N"),
    (["--data"], "--data needs a value: --data DIR"),
    (["--quiet=yes"], "--quiet takes no value, but was given 'yes'"),
    (["--help=all"], "--help takes no value, but was given 'all'"),
    // Values that are not numbers.
    (["--epochs", "many"], "--epochs expects a whole number, found 'many'"),
    (["--epochs", "3.5"], "--epochs expects a whole number, found '3.5'"),
    (["--epochs", "1e3"], "--epochs expects a whole number, found '1e3'"),
    (["--epochs="], "--epochs expects a whole number, found ''"),
    (["--epochs", "-"], "--epochs expects a whole number, found '-'"),
    (["--epochs", "--quiet"], "--epochs expects a whole number, found '--quiet'"),
    (
      ["--hidden", "400,,200"],
      "--hidden expects whole numbers separated by commas, found '400,,200'"
    ),
    (
      ["--hidden", "400;200"], "--hidden expects whole numbers separated by commas, found '400;200'"
    ),
    (["--learning-rate", "fast"], "--learning-rate expects a finite number, found 'fast'"),
    (["--learning-rate", "nan"], "--learning-rate expects a finite number, found 'nan'"),
    (["--learning-rate", "inf"], "--learning-rate expects a finite number, found 'inf'"),
    (["--learning-rate", "1e999"], "--learning-rate expects a finite number, found '1e999'"),
    (["--clip", "0,5"], "--clip expects a finite number, found '0,5'"),
    // Values out of range.
    (["--epochs", "0"], "--epochs is out of range: expected 1 or more, found 0"),
    (["--epochs=-3"], "--epochs is out of range: expected 1 or more, found -3"),
    (["--limit", "0"], "--limit is out of range: expected 1 or more, found 0"),
    (["--hidden", "400,0"], "--hidden is out of range: expected 1 to 10000, found 0"),
    (
      ["--learning-rate", "0"],
      "--learning-rate is out of range: expected more than 0, found 0"
    ),
    (
      ["--dropout", "1"],
      "--dropout is out of range: expected 0 or more, but less than 1, found 1"
    ),
    (
      ["--epochs", "99999999999999999999"],
      "--epochs is out of range: expected 1 to 9223372036854775807, "
        + "found 99999999999999999999"
    ),
    (
      ["--seed", "-99999999999999999999"],
      "--seed is out of range: expected -9223372036854775808 to 9223372036854775807, "
        + "found -99999999999999999999"
    ),
    (
      ["--hidden", "400,99999999999999999999"],
      "--hidden is out of range: expected 1 to 10000, found 99999999999999999999"
    ),
    // Other values.
    (["--likelihood", "poisson"], "--likelihood expects bernoulli or gaussian, found 'poisson'"),
    (["--likelihood", "Gaussian"], "--likelihood expects bernoulli or gaussian, found 'Gaussian'"),
    (["--out", ""], "--out expects a text that is not empty, found ''"),
    // Arguments that belong to no option.
    (["mnist"], "unexpected argument 'mnist'"),
    (["--quiet", "mnist", "--epochs", "0"], "unexpected argument 'mnist'"),
    (["--quiet", "--", "--epochs"], "unexpected argument '--epochs'"),
    (["--epochs", "3", "4"], "unexpected argument '4'"),
    ([""], "unexpected argument ''"),
  ]

  @Test(arguments: cases)
  func aWrongCommandLineIsOneClearLine(arguments: [String], line: String) {
    let error = #expect(throws: CommandLineError.self) {
      try SampleOptions.command.parse(arguments)
    }
    #expect(error?.description == line)
    #expect(error?.exitCode == .usage)
  }

  @Test func anExecutableCanRefuseAValueItself() {
    let error = CommandLineError.unsuitableValue(
      option: "--limit", value: "70000", reason: "there are 60,000 training images")
    #expect("\(error)" == "--limit 70000: there are 60,000 training images")
  }

  @Test(arguments: [
    ("", "", 0), ("latent", "latent", 0), ("", "beta", 4), ("kitten", "sitting", 3),
    ("epohcs", "epochs", 2),
  ])
  func editDistanceCountsLetters(first: String, second: String, distance: Int) {
    #expect(editDistance(first, second) == distance)
    #expect(editDistance(second, first) == distance)
  }
}
