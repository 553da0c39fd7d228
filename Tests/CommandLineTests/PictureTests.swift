import Images
import Testing

@Suite struct PictureTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func theGridsAreThereForEveryEpochInTheirSizes() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    for folder in ["samples", "reconstructions"] {
      #expect(
        workspace.names(in: "runs/vae-001/\(folder)")
          == ["epoch-001.pgm", "epoch-001.png", "epoch-002.pgm", "epoch-002.png"])
    }
    // A hundred samples in ten columns, two pixels between.
    let samples = try PGM("runs/vae-001/samples/epoch-002.pgm", in: workspace)
    #expect((samples.width, samples.height) == (10 * 10 - 2, 10 * 10 - 2))
    // Twelve pairs in five columns, six pixels between pairs.
    let pairs = try PGM("runs/vae-001/reconstructions/epoch-002.pgm", in: workspace)
    #expect((pairs.width, pairs.height) == (5 * 18 + 4 * 6, 3 * 10 - 2))
    for name in ["samples/epoch-002", "reconstructions/epoch-002", "interpolations"] {
      let path = workspace.path(of: "runs/vae-001/\(name)")
      #expect(try Image(path: path + ".png") == Image(path: path + ".pgm"))
    }
    // Six lines of ten images.
    let lines = try PGM("runs/vae-001/interpolations.pgm", in: workspace)
    #expect((lines.width, lines.height) == (10 * 10 - 2, 6 * 10 - 2))
    #expect(!workspace.has("runs/vae-001/manifold.pgm"))
  }

  @Test func theOriginalsStandBesideTheirReconstructions() throws {
    let arguments = ["--epochs", "40", "--learning-rate", "0.01", "--sample-every", "40"]
    let result = try Executable("train-vae", Workspace.quick + arguments, in: workspace).result()
    #expect(result.code == 0)
    let grid = try PGM("runs/vae-001/reconstructions/epoch-040.pgm", in: workspace)
    let originals = SmallData().test.pixels
    var (errors, contrasts) = ([Double](), [Double]())
    // The first line: five pairs.
    for image in 0..<5 {
      for pixel in 0..<64 {
        let (y, x) = pixel.quotientAndRemainder(dividingBy: 8)
        let left = y * grid.width + image * 24 + x
        let original = originals[image * 64 + pixel]
        #expect(grid.pixels[left] == original)
        errors.append((Double(grid.pixels[left + 10]) - Double(original)).magnitude)
        contrasts.append((127 - Double(original)).magnitude)
      }
    }
    // After training, a reconstruction is closer to its original than a grey image is.
    let (error, contrast) = (errors.reduce(0, +), contrasts.reduce(0, +))
    #expect(error < 0.5 * contrast)
  }

  @Test func theSamplesChangeFromEpochToEpoch() throws {
    #expect(try workspace.train("--epochs", "2", "--learning-rate", "0.01").code == 0)
    let first = try PGM("runs/vae-001/samples/epoch-001.pgm", in: workspace)
    let second = try PGM("runs/vae-001/samples/epoch-002.pgm", in: workspace)
    #expect(first != second)
    #expect(first.contrast > 0)
  }

  @Test func picturesComeAtTheIntervalAndAtTheEnd() throws {
    #expect(try workspace.train("--epochs", "5", "--sample-every", "2").code == 0)
    for folder in ["samples", "reconstructions"] {
      #expect(
        workspace.names(in: "runs/vae-001/\(folder)")
          == ["002", "004", "005"].flatMap { ["epoch-\($0).pgm", "epoch-\($0).png"] })
    }
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.count == 5)
  }

  @Test func twoLatentDimensionsGiveAMapOfAllCodes() throws {
    let result = try workspace.train("--latent", "2", "--epochs", "10", "--learning-rate", "0.01")
    #expect(result.code == 0)
    let map = try PGM("runs/vae-001/manifold.pgm", in: workspace)
    #expect((map.width, map.height) == (20 * 10 - 2, 20 * 10 - 2))
    // Opposite corners stand for codes far apart.
    let corners = [0, 190 * map.width + 190].map { corner in
      (0..<64).map { map.pixels[corner + $0 / 8 * map.width + $0 % 8] }
    }
    #expect(corners[0] != corners[1])
  }
}
