import Files
import Settings
import Training

extension Configuration {
  /// The command line that sets these options: the words of the program, and each option with its
  /// value, to be joined by spaces.
  var commandLine: [String] {
    entries.flatMap { entry -> [String] in
      switch (entry.name, entry.value) {
      case ("version", _), (Self.directoryName, _), (_, .absent), (_, .flag(false)): []
      case ("model", let value): ["pushforward train", shellWord(value.description)]
      case (let name, .flag(true)): ["--" + name]
      case (let name, let value): ["--\(name) " + shellWord(value.description)]
      }
    }
  }
}
