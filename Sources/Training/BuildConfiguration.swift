/// How the package was compiled.
public enum BuildConfiguration {
  /// Whether this is a build without optimisation.
  public static var isDebug: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// What a run should say at its start about its build, or nil for a release build.
  ///
  /// Without it a first `swift run` looks as if the framework were slow.
  public static var note: String? {
    guard isDebug else { return nil }
    return "This is a debug build, ten times slower than one by swift build -c release"
  }
}
