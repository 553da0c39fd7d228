import Foundation

/// The folder `pushforward` in the user's cache, `$XDG_CACHE_HOME` or else `~/.cache`; nil where there
/// is neither.
package func cacheFolder(
  environment: [String: String] = ProcessInfo.processInfo.environment
) -> String? {
  // By the XDG Base Directory Specification a path that is not absolute is ignored.
  if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
    cache + "/pushforward"
  } else if let home = environment["HOME"], home.hasPrefix("/") {
    home + "/.cache/pushforward"
  } else {
    nil
  }
}
