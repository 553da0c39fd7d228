import Testing

@testable import CommandLine

@Suite struct HelpTextTests {
  @Test func theHelpIsExactlyThis() {
    #expect(
      SampleOptions.command.help == """
        Usage: train-sample [options]

        Trains a sample model on MNIST.

        Options:
              --epochs N         passes over the training images (default: 30)
              --learning-rate X  step size of Adam (default: 0.001)
              --hidden N,...     widths of hidden layers (default: 400)
              --likelihood bernoulli|gaussian
                                 distribution of a pixel given the latent (default:
                                 bernoulli)
              --dropout X        share of units left out (default: 0)
              --out DIR          where the folder of the run is made (default: runs)
              --data DIR         folder with the four files of MNIST (default:
                                 datasets/mnist if it is there)
              --limit N          training images used (default: all)
              --clip X           largest gradient norm (default: off)
              --seed N           start of the random numbers (default: 0)
              --quiet            print nothing but errors

        Other:
          -h, --help             print this help and exit
              --version          print the version and exit

        Get MNIST with scripts/download-mnist.sh.
        """)
  }

  @Test func noLineIsLongerThan80Columns() {
    let widths = SampleOptions.command.help.split(separator: "\n").map(\.count)
    #expect(widths.allSatisfy { $0 <= 80 })
  }

  @Test func aCommandWithoutOptionsHasStillHelpAndVersion() {
    let command = Command(name: "nothing", summary: "Does nothing.", groups: [])
    #expect(
      command.help == """
        Usage: nothing [options]

        Does nothing.

        Other:
          -h, --help     print this help and exit
              --version  print the version and exit
        """)
  }
}
