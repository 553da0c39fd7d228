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
}
