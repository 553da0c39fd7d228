/// Builds the marks of a figure, one to a line, with `if` and `for`.
@resultBuilder
public enum MarkBuilder {
  /// One mark.
  public static func buildExpression(_ mark: any Mark) -> [any Mark] { [mark] }

  /// An array of marks.
  public static func buildExpression(_ marks: [any Mark]) -> [any Mark] { marks }

  /// The marks of consecutive lines.
  public static func buildBlock(_ parts: [any Mark]...) -> [any Mark] { parts.flatMap { $0 } }

  /// The marks of the iterations of a loop.
  public static func buildArray(_ parts: [[any Mark]]) -> [any Mark] { parts.flatMap { $0 } }

  /// The marks of an `if` without `else`.
  public static func buildOptional(_ part: [any Mark]?) -> [any Mark] { part ?? [] }

  /// The marks of the first branch.
  public static func buildEither(first part: [any Mark]) -> [any Mark] { part }

  /// The marks of the second branch.
  public static func buildEither(second part: [any Mark]) -> [any Mark] { part }
}
