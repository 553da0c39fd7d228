import Foundation
import Glibc
import Testing

/// The data that are used if no folder is given.
///
/// The first two runs would each render ten thousand test digits, so they are stopped once they
/// have reported their data.
@Suite struct DefaultDataTests {
  @Test func withoutMNISTTheProgramDrawsDigitsAndSaysHowToGetMNIST() throws {
    let workspace = try Workspace(data: nil)
    let training = try Executable("train-vae", ["--limit", "100", "--hidden", "8"], in: workspace)
    #expect(training.hasPrinted("\nrun: "))
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.code == 130)
    #expect(result.error == "")
    let start = try #require(result.lines.firstIndex { $0.hasPrefix("data: ") })
    #expect(
      result.lines[start...(start + 2)] == [
        "data:    digits rendered by the program, 100 training images, 10,000 test images",
        "         there is no datasets/mnist; to get MNIST: scripts/download-mnist.sh",
        "model:   encoder 784-8-40, decoder 20-8-784, 13,864 parameters",
      ])
    let configuration = try workspace.contents(of: "runs/vae-001/config.json")
    #expect(String(decoding: configuration, as: UTF8.self).contains(#""data": "drawn","#))
  }

  @Test func drawnDigitsThatWereAskedForNeedNoAdvice() throws {
    let workspace = try Workspace(data: nil)
    let training = try Executable(
      "train-vae", ["--data", "drawn", "--limit", "100", "--hidden", "8"], in: workspace)
    #expect(training.hasPrinted("\nrun: "))
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.code == 130)
    #expect(
      result.output.contains("data:    digits rendered by the program, 100 training images, "))
    #expect(!result.output.contains("MNIST"))
  }

  @Test func mnistInItsPlaceIsFound() throws {
    let workspace = try Workspace(data: nil)
    try SmallData().write(to: workspace.path(of: "datasets/mnist"))
    let result = try workspace.run("--hidden", "8", "--epochs", "1")
    #expect(result.code == 0)
    #expect(
      result.lines.contains(
        "data:    MNIST in datasets/mnist, 40 training images, 12 test images"))
    let configuration = try workspace.contents(of: "runs/vae-001/config.json")
    #expect(String(decoding: configuration, as: UTF8.self).contains(#""data": "datasets/mnist","#))
  }
}
