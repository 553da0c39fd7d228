import COpenBLAS
import Synchronization

/// The linear-algebra library that the package found.
public enum BLAS {
  /// The library's description of itself, and which of its builds is loaded.
  ///
  /// For example `OpenBLAS 0.3.21 … Haswell, pthread build`.
  public static let description: String = {
    let build =
      switch openblas_get_parallel() {
      case 0: "serial build"
      case 1: "pthread build"
      default: "OpenMP build"
      }
    let words = String(cString: openblas_get_config()).split(separator: " ")
    let name = words.prefix(2).joined(separator: " ")
    return "\(name) (\(String(cString: openblas_get_corename())), \(build))"
  }()

  /// Prepares the library, then calls `product`, which uses it.
  ///
  /// The library must start no threads of its own, because products are split here. Debian's serial
  /// build has no locks around its buffers (OpenBLAS issue 2126), so with that build only one
  /// product runs at a time: the results are right, but use one core.
  static func withLibrary(_ product: () -> Void) {
    if isSerialBuild { lock.withLock { _ in product() } } else { product() }
  }

  private static let isSerialBuild: Bool = {
    openblas_set_num_threads(1)
    return openblas_get_parallel() == 0
  }()

  private static let lock = Mutex(())
}
