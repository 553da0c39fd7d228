import CommandLine
import Datasets
import Explore
import Files
import Report
import Settings
import Tensor
import Training

/// The options of `pushforward explore`.
private struct ExploreSettings: SettingGroup {
  @Setting("the page", placeholder: "FILE", absence: "explore.html in the run's folder")
  var out: String? = nil
  @Setting(
    "folder with the run's data, if it was moved", placeholder: "DIR",
    absence: "the run's") var data: String? = nil
  @Setting("print nothing but errors") var quiet = false
}

/// `pushforward explore RUN [options]`: makes an interactive page for exploring a run's model.
@Sendable func exploreVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward explore",
    summary: "Makes an interactive page for exploring the model of a finished run.",
    notes: """
      The page is one file that loads nothing from elsewhere. For a VAE, an
      autoencoder or a GAN of images, moving the code changes the image, and one test
      image can be morphed into another; for a flow in the plane, moving the noise
      shows where the flow takes it.
      """,
    operand: "RUN", groups: [OptionGroup("Options", ExploreSettings.definitions)])
  let options = command.parseOrExit(arguments)
  command.execute {
    guard let run = options.operand else {
      throw CommandLineError.missingOption("RUN,", placeholder: "the folder of a run,")
    }
    do {
      try explore(run, ExploreSettings(options.values))
    } catch let error as ResumeError {
      throw UnusableRun(error: error, purpose: "explore")
    }
  }
}

private func explore(_ path: String, _ settings: ExploreSettings) throws {
  let opened = try OpenedRun(RecordedRun(path: path), data: settings.data)
  let model = opened.model
  // A model without codes of its own may have been trained without test examples.
  let batches = [opened.data.test, opened.data.train].lazy.compactMap {
    $0.epoch(shuffledBy: nil).first { _ in true }
  }
  guard let batch = batches.first else {
    preconditionFailure("explore: expected training examples, found none")
  }
  let page = try model.inInference {
    try ExplorePage(
      opened.folder.name, of: model, examples: batch.images, labels: batch.labels,
      using: Random(seed: 0))
  }
  let out = settings.out ?? opened.folder.path(of: RunReport.explorationName)
  try Array(page.html.utf8).withUnsafeBytes { try replaceFile(at: out, with: $0) }
  if !settings.quiet { Console.printLine("a page for exploring the model: \(out)") }
}
