import COpenBLAS

/// The linear-algebra library that the package found.
public enum BLAS {
  /// What was found, in the library's own words, and which of its builds it is.
  ///
  /// Such as `OpenBLAS 0.3.21 … Haswell, pthread build`.
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

  /// Sees to it that the library starts no threads of its own: products are split here.
  static func prepare() { _ = isPrepared }

  private static let isPrepared: Bool = {
    openblas_set_num_threads(1)
    return true
  }()
}
