/// The configuration the package was compiled in.
public enum BuildConfiguration {
  /// Whether this is an unoptimised build.
  public static var isDebug: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The note that a run prints at its start about its build, or nil for a release build.
  ///
  /// Without it, a first `swift run` would make the framework look slow.
  public static var note: String? {
    guard isDebug else { return nil }
    return "This is a debug build, ten times slower than one from swift build -c release"
  }
}
