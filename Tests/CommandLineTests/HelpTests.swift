import Testing

@Suite struct HelpTests {
  private static let help = """
    Usage: train-vae [options]

    Trains a variational autoencoder (Kingma and Welling 2014) on images of digits.

    Options:
          --epochs N              passes over the training images (default: 30)
          --batch-size N          images in a training step (default: 128)
          --learning-rate X       step size of Adam (default: 0.001)
          --architecture dense|conv
                                  fully connected layers alone, or convolutions too
                                  (default: dense)
          --latent N              dimensions of a latent code (default: 20)
          --hidden N,...          widths of a dense network's hidden layers
                                  (default: 400)
          --likelihood bernoulli|gaussian
                                  distribution of a pixel given the code (default:
                                  bernoulli)
          --beta X                weight of the KL divergence (default: 1)
          --samples-per-image L   codes drawn for an image in a step (default: 1)
          --binarize none|threshold|stochastic
                                  how grey pixels are made black or white (default:
                                  none)
          --data DIR|drawn        folder with MNIST's files, or drawn (default:
                                  MNIST if it is there)
          --out DIR               where the folder of the run is made (default:
                                  runs)
          --seed N                seed of all random numbers (default: 0)
          --threads N             threads; results do not depend on it (default: all
                                  processors)
          --sample-every N        epochs between pictures (default: 1)
          --limit N               training images used (default: all)
          --checkpoint-every N    epochs between checkpoints (default: 1)
          --early-stop PATIENCE   end after so many epochs without a lower test loss
                                  (default: never)
          --resume RUN            folder of a run that is to go on, with its options
                                  (default: a new run)
          --importance-samples K  codes drawn for a test image to estimate log p(x)
                                  at the end (default: no estimate)
          --judge FILE|none       classifier that looks at samples at the end
                                  (default: one trained on the data, once)
          --tensorboard           write a file for TensorBoard too
          --check-finite          find the first value that is not finite; slower
          --profile               print what each operation of the training took,
                                  --quiet or not
          --quiet                 print nothing but errors
      -h, --help                  print this help and exit
          --version               print the version and exit

    A new folder is made for each run, such as runs/vae-001, with config.json,
    loss.csv (nats per image), and samples, reconstructions and interpolations as
    PNG and PGM images; with --latent 2 also a map of all codes, manifold.png.
    Ctrl-C ends a run cleanly.

    At the end a classifier judges as many samples as there are test images: how
    clear they are, how far from the test images, how often each class occurs
    (evaluation.json). Without --judge it is trained on the data, which takes about
    a minute, and kept for later runs in ~/.cache/pushforward.

    Without --data, MNIST is read from datasets/mnist if it is there; if not, the
    program trains on digits that it draws itself. To get MNIST:
    scripts/download-mnist.sh

    Checkpoints are kept in the run's folder, the last and the one before. --resume
    goes on from there to the same bytes, with the run's options and the same
    images. Other values may be given for --epochs, --data, --threads,
    --checkpoint-every, --early-stop, --importance-samples, --judge, --tensorboard,
    --check-finite, --profile and --quiet.

    """

  @Test(arguments: ["--help", "-h", "--he"])
  func theHelpIsExactlyThis(argument: String) throws {
    let workspace = try Workspace(data: nil)
    let result = try workspace.run(argument)
    #expect(result.code == 0)
    #expect(result.output == Self.help)
    #expect(result.error == "")
    #expect(workspace.names().isEmpty)
  }

  @Test func theHelpFitsIntoATerminalOf80Columns() {
    #expect(Self.help.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func theVersionIsExactlyThis() throws {
    let workspace = try Workspace(data: nil)
    let result = try workspace.run("--version")
    #expect(result.code == 0)
    #expect(result.output == "train-vae 0.1.0\n")
    #expect(result.error == "")
  }

  /// The help comes before anything that could go wrong in a run.
  @Test func helpIsGivenWhateverElseIsAsked() throws {
    let workspace = try Workspace(data: nil)
    let result = try workspace.run("--data", "nowhere", "--help")
    #expect(result.code == 0)
    #expect(result.output == Self.help)
  }
}
