import Testing

/// A wrong command line: one line that says what is wrong, a pointer to the help, exit code 64.
@Suite struct BadOptionTests {
  struct Case: CustomTestStringConvertible {
    let arguments: [String]
    let message: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  private static let cases = [
    // Unknown, incomplete and superfluous options.
    Case(
      arguments: ["--epoch-count", "3"],
      message: "unknown option '--epoch-count'"),
    Case(
      arguments: ["--epohcs", "3"],
      message: "unknown option '--epohcs'; did you mean '--epochs'?"),
    Case(arguments: ["-x"], message: "unknown option '-x'"),
    Case(
      arguments: ["--l", "3"],
      message: "ambiguous option '--l': it could be --learning-rate, "
        + "--learning-rate-decay, --latent, --likelihood, --limit or --log-every"),
    Case(arguments: ["--epochs"], message: "--epochs needs a value: --epochs N"),
    Case(arguments: ["--data"], message: "--data needs a value: --data DATA"),
    Case(arguments: ["--quiet=yes"], message: "--quiet takes no value, but was given 'yes'"),
    Case(arguments: ["mnist"], message: "unexpected argument 'mnist'"),
    // Values that are not numbers or known words.
    Case(arguments: ["--epochs", "ten"], message: "--epochs expects a whole number, found 'ten'"),
    Case(arguments: ["--epochs", "1.5"], message: "--epochs expects a whole number, found '1.5'"),
    Case(arguments: ["--epochs", ""], message: "--epochs expects a whole number, found ''"),
    Case(arguments: ["--beta", "nan"], message: "--beta expects a finite number, found 'nan'"),
    Case(
      arguments: ["--learning-rate", "inf"],
      message: "--learning-rate expects a finite number, found 'inf'"),
    Case(
      arguments: ["--hidden", "400,,200"],
      message: "--hidden expects whole numbers separated by commas, found '400,,200'"),
    Case(
      arguments: ["--hidden", "wide"],
      message: "--hidden expects whole numbers separated by commas, found 'wide'"),
    Case(
      arguments: ["--likelihood", "poisson"],
      message: "--likelihood expects bernoulli or gaussian, found 'poisson'"),
    Case(
      arguments: ["--binarize", "yes"],
      message: "--binarize expects none, threshold or stochastic, found 'yes'"),
    Case(
      arguments: ["--architecture", "deep"],
      message: "--architecture expects dense or conv, found 'deep'"),
    // Every quick run passes widths.
    Case(
      arguments: ["--architecture", "conv"],
      message: "--hidden 8: expected --architecture dense with it, as conv has its own widths"),
    Case(arguments: ["--out", ""], message: "--out expects a text that is not empty, found ''"),
    // Values out of range.
    outOfRange("--epochs", "0", "1 to 1000000"),
    outOfRange("--epochs", "-1", "1 to 1000000"),
    outOfRange("--epochs", "\(Int.max)", "1 to 1000000"),
    outOfRange("--epochs", "99999999999999999999", "1 to 1000000"),
    outOfRange("--seed", "9223372036854775808", "0 to 9223372036854775807"),
    outOfRange("--batch-size", "0", "1 or more"),
    outOfRange("--learning-rate", "0", "more than 0"),
    outOfRange("--learning-rate", "-0.1", "more than 0"),
    outOfRange("--latent", "0", "1 to 65536"),
    outOfRange("--latent", "\(Int.max)", "1 to 65536"),
    Case(
      arguments: ["--hidden", "400,0"],
      message: "--hidden is out of range: expected 1 to 65536, found 0"),
    outOfRange("--hidden", "100000000000", "1 to 65536"),
    outOfRange("--beta", "-1", "0 or more"),
    outOfRange("--samples-per-image", "0", "1 to 10000"),
    outOfRange("--seed", "-1", "0 or more"),
    outOfRange("--threads", "0", "1 to 256"),
    outOfRange("--threads", "257", "1 to 256"),
    outOfRange("--sample-every", "0", "1 or more"),
    outOfRange("--limit", "0", "1 or more"),
    outOfRange("--importance-samples", "0", "1 to 1000000"),
  ]

  private static func outOfRange(_ option: String, _ value: String, _ range: String) -> Case {
    Case(
      arguments: [option, value],
      message: "\(option) is out of range: expected \(range), found \(value)")
  }

  @Test(arguments: cases)
  func saysWhatIsWrongAndDoesNothing(wrong: Case) throws {
    let workspace = try Workspace()
    // Valid options come first: none of them takes effect.
    let arguments = Workspace.quick + wrong.arguments
    let result = try Executable("train-vae", arguments, in: workspace).result()
    #expect(result.code == 64)
    #expect(result.error == "train-vae: \(wrong.message)\nTry 'train-vae --help'.\n")
    #expect(result.output == "")
    #expect(workspace.names() == ["data"])
  }

  @Test func aLimitBeyondTheDataIsTheCommandLinesFault() throws {
    let workspace = try Workspace()
    let result = try workspace.train("--limit", "41")
    #expect(result.code == 64)
    #expect(
      result.error == """
        train-vae: --limit 41: expected at most 40, the number of training images
        Try 'train-vae --help'.

        """)
    #expect(workspace.names() == ["data"])
  }

  @Test func imagesThatConvolutionsCannotHalveTwice() throws {
    let workspace = try Workspace(data: SmallData(height: 8, width: 6))
    let result = try workspace.run("--data", "data", "--architecture", "conv")
    #expect(result.code == 64)
    #expect(
      result.error == """
        train-vae: --architecture conv: expected images whose sides are multiples of 4, found 8×6
        Try 'train-vae --help'.

        """)
    #expect(workspace.names() == ["data"])
  }

  @Test func theLargestValuesAreNoCrash() throws {
    let workspace = try Workspace()
    let result = try workspace.train(
      "--batch-size", "\(Int.max)", "--sample-every", "\(Int.max)", "--seed", "\(Int.max)",
      "--threads", "256")
    #expect(result.code == 0, "\(result.error)")
  }
}
