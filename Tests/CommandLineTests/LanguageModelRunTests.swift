import Foundation
import Testing

/// Language models from a text file to a sample of text.
@Suite struct LanguageModelRunTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(String(repeating: "All happy families. ", count: 60).utf8, to: "book.txt")
  }

  private func run(_ name: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(name, arguments, in: workspace).result()
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try workspace.contents(of: name), as: UTF8.self)
  }

  private static let small = [
    "--data", "book.txt", "--window", "16", "--batch-size", "8", "--learning-rate", "0.01",
    "--width", "8", "--depth", "1", "--heads", "2", "--embedding", "4", "--state", "8",
    "--threads", "1",
  ]
  private static let header =
    "epoch,step,train_loss,train_bits_per_character,test_loss,test_bits_per_character"
  private static let model = ["--model", "runs/language-model-001/model.safetensors"]

  @Test(arguments: ["transformer", "lstm", "gru", "rnn"])
  func aTextIsLearnedAndResumedToTheSameBytes(architecture: String) throws {
    let options = Self.small + ["--architecture", architecture, "--epochs"]
    let whole = try run("train language-model", options + ["3"])
    #expect(whole.code == 0 && whole.error == "", "\(whole.error)")
    #expect(
      whole.lines.contains(
        "data:    the text book.txt, 13 different characters, 67 training windows, 7 test windows"),
      "\(whole.output)")
    #expect(whole.output.contains(" nats per character, test bits per character "))
    let table = try LossTable(
      of: "runs/language-model-001", in: workspace, header: Self.header)
    let (nats, bits) = (table.column("test_loss"), table.column("test_bits_per_character"))
    #expect(nats[2] < nats[0])
    for (nats, bits) in zip(nats, bits) {
      #expect(abs(nats / 0.6931471805599453 - bits) < 1e-6)
    }
    let report = try text("runs/language-model-001/report.html")
    #expect(report.contains(#"<pre data-epoch="3" tabindex="0""#))
    #expect(try text("runs/language-model-001/samples/epoch-003.txt").count == 500)
    guard architecture == "transformer" || architecture == "lstm" else { return }
    #expect(try run("train language-model", options + ["1"]).code == 0)
    #expect(try run("resume", ["runs/language-model-002", "--epochs", "3"]).code == 0)
    let files = try (1...2).map { number in
      try workspace.files(below: "runs/language-model-00\(number)")
        .filter { $0.key != "report.html" }
    }
    #expect(files[0] == files[1])
  }

  @Test func aModelGoesOnFromAPrompt() throws {
    let options = ["--architecture", "gru", "--state", "24", "--epochs", "25"]
    #expect(
      try run("train language-model", Self.small + options).code == 0)
    let likeliest = ["--prompt", "All ha", "--top-k", "1", "--length", "34"]
    let first = try run("sample", Self.model + likeliest)
    #expect(first.code == 0 && first.error == "", "\(first.error)")
    #expect(first.output == "All happy families. All happy families. \n")
    let cold = ["--prompt", "All ha", "--temperature", "0.01", "--length", "34"]
    #expect(try run("sample", Self.model + cold).output == first.output)
    let hot = ["--temperature", "5", "--nucleus", "0.99", "--length", "40", "--seed"]
    let draws = try ["1", "1", "2"].map { try run("sample", Self.model + hot + [$0]).output }
    #expect(draws[0] == draws[1] && draws[0] != draws[2] && draws[0].count == 41)
    let written = try run("sample", Self.model + likeliest + ["--out", "a.txt"])
    #expect(written.output == "a.txt: 34 characters\n")
    #expect(try text("a.txt") + "\n" == first.output)
    // The exact log-likelihood refers to the test windows.
    let evaluated = try run(
      "evaluate", ["runs/language-model-001", "--importance-samples", "1"])
    #expect(evaluated.code == 0, "\(evaluated.error)")
    let json = try JSONSerialization.jsonObject(
      with: try workspace.contents(of: "runs/language-model-001/evaluation.json"))
    let bits = try #require((json as? [String: Any])?["bits-per-character"] as? Double)
    let table = try LossTable(
      of: "runs/language-model-001", in: workspace, header: Self.header)
    #expect(abs(bits - (try #require(table.column("test_bits_per_character").last))) < 1e-4)
  }

  @Test func whatAModelOfATextCannotDo() throws {
    #expect(try run("train language-model", Self.small + ["--epochs", "1"]).code == 0)
    for (arguments, message) in [
      (
        ["--prompt", "All unhappy zebras"],
        "--prompt All unhappy zebras: expected characters of the text that the model was trained on, "
          + "found 'u' at place 5"
      ),
      (["--temperature", "0"], "--temperature is out of range: expected more than 0, found 0"),
      (["--temperature", "-1"], "--temperature is out of range: expected more than 0, found -1"),
      (["--top-k", "0"], "--top-k is out of range: expected 1 or more, found 0"),
      (["--nucleus", "1.5"], "--nucleus 1.5: expected more than 0, at most 1"),
      (
        ["--count", "3"],
        "--count with a model of a text: expected a model of images, points or a table"
      ),
      (
        ["--interpolate"],
        "--interpolate with a model of a text: expected a model of images, points or a table"
      ),
    ] {
      let result = try run("sample", Self.model + arguments)
      #expect(result.code == 64 && result.output == "")
      #expect(result.error.hasPrefix("pushforward sample: \(message)\n"), "\(result.error)")
    }
  }

  // MARK: Lines

  private static let lines = small + ["--data", "names.txt", "--sequences", "lines"]

  @Test func linesAreLearnedAndResumedToTheSameBytes() throws {
    let names = (0..<60).map { ["ada", "bob", "carla"][$0 % 3] }.joined(separator: "\n")
    try workspace.write(names.utf8, to: "names.txt")
    let options = Self.lines + ["--architecture", "gru", "--epochs"]
    let whole = try run("train language-model", options + ["12"])
    #expect(whole.code == 0 && whole.error == "", "\(whole.error)")
    #expect(
      whole.lines.contains(
        "data:    the text names.txt, 7 different characters, 54 training lines, 6 test lines"),
      "\(whole.output)")
    #expect(try run("train language-model", options + ["5"]).code == 0)
    #expect(try run("resume", ["runs/language-model-002", "--epochs", "12"]).code == 0)
    let files = try (1...2).map { number in
      try workspace.files(below: "runs/language-model-00\(number)")
        .filter { $0.key != "report.html" }
    }
    #expect(files[0] == files[1])
    // As many lines as requested, each from its beginning.
    let sample = try run("sample", Self.model + ["--count", "4", "--top-k", "1"])
    #expect(sample.code == 0 && sample.error == "", "\(sample.error)")
    #expect(sample.lines.count == 4 && Set(sample.lines).count == 1)
    let prompted = try run(
      "sample", Self.model + ["--count", "2", "--prompt", "b", "--top-k", "1", "--out", "b.txt"])
    #expect(prompted.output == "b.txt: 2 lines\n", "\(prompted.error)")
    #expect(try text("b.txt").split(separator: "\n").allSatisfy { $0.hasPrefix("b") })
    // The exact log-likelihood includes a line's characters and its end.
    let evaluated = try run(
      "evaluate", ["runs/language-model-001", "--importance-samples", "1"])
    #expect(evaluated.code == 0, "\(evaluated.error)")
    #expect(evaluated.output.contains("log p(x) of the test lines is about "))
    let json = try JSONSerialization.jsonObject(
      with: try workspace.contents(of: "runs/language-model-001/evaluation.json"))
    let bits = try #require((json as? [String: Any])?["bits-per-character"] as? Double)
    let table = try LossTable(
      of: "runs/language-model-001", in: workspace, header: Self.header)
    #expect(abs(bits - (try #require(table.column("test_bits_per_character").last))) < 1e-4)
  }

  @Test func givenLinesAreEvaluated() throws {
    try workspace.write("ada\nbob\nada\nbob\n".utf8, to: "names.txt")
    let options = Self.lines + ["--architecture", "gru", "--epochs", "1"]
    #expect(try run("train language-model", options).code == 0)
    try workspace.write("bob\nada\nbob".utf8, to: "given.txt")
    let evaluate = ["runs/language-model-001", "--examples"]
    let result = try run("evaluate", evaluate + ["given.txt"])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(result.lines.first?.hasPrefix("log p(x) of the 3 lines of given.txt: -") == true)
    let rows = try text("runs/language-model-001/likelihoods.csv").split(separator: "\n")
      .map { $0.split(separator: ",").map(String.init) }
    #expect(rows[0] == ["line", "log_likelihood_nats", "bits_per_character"])
    #expect(rows.count == 4 && rows[1][1] == rows[3][1] && rows[1][1] != rows[2][1])
    let (nats, bits) = (try #require(Double(rows[1][1])), try #require(Double(rows[1][2])))
    #expect(abs(-nats / (4 * 0.6931471805599453) - bits) < 1e-12, "three letters and the end")
    try workspace.write("eve".utf8, to: "given.txt")
    let strange = try run("evaluate", evaluate + ["given.txt"])
    #expect(strange.code == 64)
    #expect(
      strange.error.hasPrefix(
        "pushforward evaluate: --examples given.txt: expected characters of the text that the model was "
          + "trained on, found 'e' at place 1\n"), "\(strange.error)")
    #expect(try run("evaluate", evaluate + ["missing.txt"]).code == 66)
  }

  // MARK: Sentences

  /// Without data, a text of known entropy is used, which is announced and stated in the report.
  @Test func aLanguageModelWithoutDataTrainsOnSentences() throws {
    let result = try run(
      "train language-model",
      [
        "--window", "256", "--limit", "4", "--batch-size", "2", "--epochs", "1", "--architecture",
        "rnn", "--embedding", "4", "--state", "4",
      ])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let start = "data:    sentences generated by the program, 0.408"
    #expect(result.lines.contains { $0.hasPrefix(start) }, "\(result.output)")
    #expect(result.output.contains("the data's entropy is 0.28"))
    #expect(result.output.contains(" bits per character: no model can be better\n"))
    let report = try text("runs/language-model-001/report.html")
    #expect(report.contains("sentences generated by the program") && report.contains(">entropy<"))
    #expect(try text("runs/language-model-001/config.json").contains(#""data": "sentences""#))
  }

  @Test func whatIsNoTextForAModel() throws {
    try workspace.write("short".utf8, to: "short.txt")
    for (arguments, code, message) in [
      (["--data", "data"], 64, "--data data: expected a text, found images"),
      (["--data", "moons"], 64, "--data moons: expected a text, found points"),
      (
        ["--data", "short.txt"], 65,
        "short.txt: expected at least 129 characters to train on for windows of 128, found 4"
      ),
      (
        ["--data", "book.txt", "--heads", "3"], 64,
        "--heads 3: expected a divisor of the width, 128"
      ),
    ] {
      let result = try run("train language-model", arguments)
      #expect(result.code == code && result.output == "")
      #expect(
        result.error.hasPrefix("pushforward train language-model: \(message)\n"),
        "\(result.error)")
    }
    #expect(!workspace.has("runs"))
  }

  @Test func aPromptIsForTexts() throws {
    #expect(try workspace.train("--epochs", "1").code == 0)
    let result = try run(
      "sample", ["--model", "runs/vae-001/model.safetensors", "--prompt", "All"])
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "pushforward sample: --prompt with a model of images: expected a model of a text\n"),
      "\(result.error)")
  }
}
