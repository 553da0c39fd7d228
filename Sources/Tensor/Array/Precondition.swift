/// Stops the program with a message if a condition that the caller must meet does not hold.
///
/// The standard library's function of this name drops the message from release builds, where a user
/// would see an illegal instruction instead of the two shapes. This one replaces it throughout the
/// package.
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
