/// Stops the program with a message where a condition that the caller must keep does not hold.
///
/// The standard library's function of this name leaves the message out of release builds, and a
/// user who trains in one would see an illegal instruction instead of the two shapes. This one
/// stands before it in the whole package.
@inlinable
package func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}

/// Stops the program with a message, in release builds too.
@inlinable
package func preconditionFailure(
  _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  fatalError(message(), file: file, line: line)
}
