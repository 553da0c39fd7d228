import Foundation
import Testing

/// An undisturbed run: its files, and the conditions that its figures must satisfy.
@Suite struct GoodRunTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func everyRunHasANewFolderThatStaysAsItIs() throws {
    #expect(try workspace.train().code == 0)
    let first = try workspace.files(below: "runs/vae-001")
    #expect(try workspace.train("--seed", "1").code == 0)
    #expect(workspace.names(in: "runs") == ["vae-001", "vae-002"])
    #expect(try workspace.files(below: "runs/vae-001") == first)
    #expect(try workspace.files(below: "runs/vae-002").keys.sorted() == first.keys.sorted())
  }

  @Test func theOutFolderIsMadeWithThoseAboveIt() throws {
    #expect(try workspace.train("--out", "here/and/there/").code == 0)
    #expect(workspace.names(in: "here/and/there") == ["vae-001"])
    #expect(!workspace.has("runs"))
  }

  @Test func theConfigurationHoldsEveryOptionSeedVersionAndData() throws {
    let result = try workspace.train(
      "--learning-rate", "0.002", "--hidden", "8,4", "--beta", "0.5", "--samples-per-image", "2",
      "--binarize", "threshold", "--likelihood", "gaussian", "--seed", "7", "--threads", "1",
      "--sample-every", "3", "--limit", "20", "--importance-samples", "2", "--quiet")
    #expect(result.code == 0, "\(result.error)")
    #expect(
      String(decoding: try workspace.contents(of: "runs/vae-001/config.json"), as: UTF8.self) == """
        {
          "model": "vae",
          "version": "0.2.0",
          "epochs": 1,
          "batch-size": 16,
          "shards": null,
          "learning-rate": 0.002,
          "learning-rate-decay": "none",
          "architecture": "dense",
          "latent": 3,
          "hidden": [8, 4],
          "likelihood": "gaussian",
          "beta": 0.5,
          "samples-per-image": 2,
          "beta-warm-up": null,
          "free-bits": null,
          "importance-weighted": null,
          "conditional": null,
          "data": "data",
          "limit": 20,
          "image-size": null,
          "binarize": "threshold",
          "augment": "none",
          "damaged": "error",
          "no-cache": false,
          "points": null,
          "columns": null,
          "without": null,
          "target": null,
          "heading": "detected",
          "unit": "characters",
          "sequences": "windows",
          "window": null,
          "out": "runs",
          "seed": 7,
          "threads": 1,
          "sample-every": 3,
          "checkpoint-every": 1,
          "early-stop": null,
          "log-every": null,
          "tensorboard": false,
          "check-finite": false,
          "profile": false,
          "quiet": true,
          "importance-samples": 2,
          "judge": null,
          "directory": "\(workspace.path)"
        }

        """)
  }

  @Test func theConfigurationHoldsTheWidthsThatWereUsed() throws {
    // A later option overrides an earlier one, but none can undo it.
    let quick = ["--data", "data", "--epochs", "1", "--latent", "2"]
    for (options, hidden) in [([], [400]), (["--hidden", "9,8", "--hidden", "7"], [7])] {
      let result = try Executable("train-vae", quick + options, in: workspace).result()
      #expect(result.code == 0, "\(result.error)")
      let run = try #require(workspace.names(in: "runs").last)
      let json = try JSONSerialization.jsonObject(
        with: workspace.contents(of: "runs/\(run)/config.json"))
      #expect((json as? [String: Any])?["hidden"] as? [Int] == hidden)
    }
  }

  @Test func theConfigurationIsJSONWithAKeyForEveryOptionOfTheHelp() throws {
    #expect(try workspace.train().code == 0)
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/vae-001/config.json"))
    let keys = try #require(json as? [String: Any]).keys
    let help = try workspace.run("--help").output
    let options = help.matches(of: /^ +(?:-h)?--([a-z-]+)/.anchorsMatchLineEndings())
      .map { String($0.output.1) }
    #expect(options.count > 15)
    let others = ["help", "version", "resume"]
    #expect(Set(keys) == Set(options).subtracting(others).union(["model", "version", "directory"]))
  }

  @Test func theTableHasARowForEachEpochAndTheStepsSoFar() throws {
    #expect(try workspace.train("--epochs", "3").code == 0)
    let table = try LossTable(of: "runs/vae-001", in: workspace)
    #expect(table.column("epoch") == [1, 2, 3])
    // 40 images in batches of 16: two full ones and one of 8.
    #expect(table.column("step") == [3, 6, 9])
  }

  @Test(arguments: [0.0, 0.5, 1, 4])
  func theLossIsTheReconstructionPlusBetaTimesTheDivergence(beta: Double) throws {
    #expect(try workspace.train("--epochs", "2", "--beta", "\(beta)").code == 0)
    let table = try LossTable(of: "runs/vae-001", in: workspace)
    for set in ["train", "test"] {
      let losses = table.column("\(set)_loss")
      let reconstructions = table.column("\(set)_reconstruction")
      let divergences = table.column("\(set)_kl")
      for (loss, parts) in zip(losses, zip(reconstructions, divergences)) {
        let sum = parts.0 + beta * parts.1
        #expect(abs(loss - sum) < 1e-5 * abs(sum), "\(set), β = \(beta)")
        #expect(parts.1 > 0, "\(set), β = \(beta)")
      }
    }
  }

  @Test func theLossFallsOnImagesTrainedOnAndOnOthers() throws {
    #expect(try workspace.train("--epochs", "12", "--learning-rate", "0.01").code == 0)
    let table = try LossTable(of: "runs/vae-001", in: workspace)
    for column in ["train_loss", "test_loss"] {
      let losses = table.column(column)
      #expect(losses[11] < 0.7 * losses[0], "\(column)")
    }
    // A model that has learned to distinguish images has informative codes.
    #expect(table.column("test_kl")[11] > 0.1)
  }

  @Test(arguments: [[], ["--likelihood", "gaussian"]])
  func theEvaluationIsABoundNotBelowTheOneTrainedWith(options: [String]) throws {
    let arguments = Workspace.quick + ["--epochs", "2", "--importance-samples", "50"] + options
    let result = try Executable("train-vae", arguments, in: workspace).result()
    #expect(result.code == 0, "\(result.error)")
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/vae-001/evaluation.json"))
    let evaluation = try #require(json as? [String: Double])
    #expect(evaluation["importance-samples"] == 50)
    let nats = try #require(evaluation["log-likelihood-nats-per-image"])
    let bits = try #require(evaluation["bits-per-dimension"])
    #expect(abs(bits + nats / (64 * log(2))) < 1e-9)
    let loss = try #require(LossTable(of: "runs/vae-001", in: workspace).column("test_loss").last)
    #expect(nats > -loss)
    #expect(nats < -loss + 0.2 * abs(loss))
  }

  @Test func withoutImportanceSamplesTheEvaluationHasTheCodes() throws {
    #expect(try workspace.train().code == 0)
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/vae-001/evaluation.json"))
    #expect(
      Set(try #require(json as? [String: Double]).keys) == [
        "active-units", "kl-nats", "information-nats", "marginal-kl-nats",
        "nearest-training-distance", "test-nearest-training-distance",
      ])
    #expect(
      workspace.names(in: "runs/vae-001") == [
        "best.safetensors", "checkpoint.safetensors",
        "config.json", "evaluation.json", "interpolations.pgm", "interpolations.png", "loss.csv",
        "model.safetensors", "nearest.pgm", "nearest.png", "reconstructions", "report.html",
        "samples",
      ])
  }

  @Test func aFileForTensorBoardComesBesideTheOthersAndChangesNone() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    let result = try workspace.train("--epochs", "2", "--tensorboard")
    #expect(result.code == 0)
    #expect(
      result.lines.contains { $0.hasPrefix("runs/vae-002/events.out.tfevents.001 ") },
      "\(result.output)")
    var without = try workspace.files(below: "runs/vae-001")
    var with = try workspace.files(below: "runs/vae-002")
    let events = try #require(with["events.out.tfevents.001"])
    with["events.out.tfevents.001"] = nil
    let picture = try #require(with["samples/epoch-002.png"])
    #expect(events.range(of: picture) != nil)
    for name in ["config.json", "report.html"] {
      without[name] = nil
      with[name] = nil
    }
    #expect(with == without)
  }

  @Test func imagesOfAnySizeAreTaken() throws {
    let workspace = try Workspace(data: SmallData(height: 5, width: 9))
    let result = try workspace.train()
    #expect(result.code == 0)
    #expect(result.output.contains("model:   encoder 45-8-6, decoder 3-8-45, "))
    #expect(try PGM("runs/vae-001/interpolations.pgm", in: workspace).width == 10 * 11 - 2)
  }

  @Test func aConvolutionalModelLeavesTheSameFiles() throws {
    let quick = ["--data", "data", "--epochs", "2", "--batch-size", "16", "--latent", "2"]
    let result = try Executable(
      "train-vae", quick + ["--architecture", "conv", "--importance-samples", "2"], in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    // 544 + 32,832, 256·256 + 256 + 256·4 + 4; 2·256 + 256 + 256·256 + 256, 32,800 + 513.
    #expect(
      result.lines.contains(
        "model:   encoder convolutions 1-32-64, 256-256-4, decoder 2-256-256, convolutions 64-32-1, "
          + "200,069 parameters"), "\(result.output)")
    let table = try LossTable(of: "runs/vae-001", in: workspace)
    #expect(table.column("test_loss")[1] < table.column("test_loss")[0])
    #expect(
      workspace.names(in: "runs/vae-001") == [
        "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors",
        "config.json", "evaluation.json", "interpolations.pgm", "interpolations.png", "loss.csv",
        "manifold.pgm", "manifold.png", "model.safetensors", "nearest.pgm", "nearest.png",
        "reconstructions", "report.html", "samples",
      ])
  }

  @Test func oneImageToTrainOnAndOneToTestWithAreEnough() throws {
    let workspace = try Workspace(data: SmallData(trainCount: 1, testCount: 1))
    #expect(try workspace.train("--importance-samples", "2").code == 0)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).column("step") == [1])
    #expect(try PGM("runs/vae-001/interpolations.pgm", in: workspace).height == 8)
  }

  @Test func aBatchMayBeLargerThanTheData() throws {
    #expect(try workspace.train("--batch-size", "\(Int.max)").code == 0)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).column("step") == [1])
  }
}
