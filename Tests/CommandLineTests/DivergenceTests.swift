import Testing

/// A loss that is not finite ends the run.
@Suite struct DivergenceTests {
  @Test(arguments: [
    (["--learning-rate", "1e30"], "nan", 2), (["--learning-rate", "1e300"], "nan", 2),
    (["--beta", "1e308"], "inf", 1),
  ])
  func theRunEndsNamingEpochAndBatch(options: [String], value: String, batch: Int) throws {
    let workspace = try Workspace()
    let result = try Executable("train-vae", Workspace.quick + options, in: workspace).result()
    #expect(result.code == 1)
    #expect(
      result.error == "train-vae: train_loss is \(value) in epoch 1, batch \(batch): expected a "
        + "finite number; a smaller --learning-rate may help\n")
    #expect(!result.output.contains("epoch 1/"))
    #expect(
      try workspace.files(below: "runs/vae-001").keys.sorted() == [
        "config.json", "loss.csv", "report.html",
      ])
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.isEmpty)
  }

  /// The update overflows in the first layer of the network that is updated first.
  @Test(arguments: [
    ("train-vae", "encoder.0.weight"), ("train-autoencoder", "encoder.0.weight"),
    ("train-gan", "discriminator.0.weight"), ("train classifier", "body.1.weight"),
  ])
  func theFirstValueThatIsNotFiniteIsNamed(program: String, path: String) throws {
    let workspace = try Workspace()
    let arguments = ["--data", "data", "--learning-rate", "1e300", "--check-finite"]
    let result = try Executable(program, arguments, in: workspace).result()
    #expect(result.code == 1, "\(result)")
    #expect(
      result.error.hasPrefix(
        "\(Executable.title(program)): the value of Adam.update in \(path) is not finite, "
          + "of shape ["),
      "\(result)")
    #expect(result.error.hasSuffix("], in step 1 (epoch 1, batch 1)\n"), "\(result)")
  }

  @Test func aCheckThatFindsNothingChangesNothing() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().code == 0)
    #expect(try workspace.train("--check-finite").code == 0)
    #expect(
      try workspace.contents(of: "runs/vae-001/checkpoint.safetensors")
        == workspace.contents(of: "runs/vae-002/checkpoint.safetensors"))
  }
}
