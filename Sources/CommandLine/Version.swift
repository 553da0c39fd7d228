/// The version of the package, as every executable prints it and every run records it.
public let pushforwardVersion = "0.2.0"
