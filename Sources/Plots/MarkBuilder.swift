/// Collects the marks of a figure, one to a line, with `if` and `for`.
@resultBuilder
public enum MarkBuilder {
  /// One mark.
  public static func buildExpression(_ mark: any Mark) -> [any Mark] { [mark] }

  /// Several marks that were made before.
  public static func buildExpression(_ marks: [any Mark]) -> [any Mark] { marks }

  /// The marks of the lines in turn.
  public static func buildBlock(_ parts: [any Mark]...) -> [any Mark] { parts.flatMap { $0 } }

  /// The marks of each turn of a loop.
  public static func buildArray(_ parts: [[any Mark]]) -> [any Mark] { parts.flatMap { $0 } }

  /// The marks of an `if` without `else`.
  public static func buildOptional(_ part: [any Mark]?) -> [any Mark] { part ?? [] }

  /// The marks of the first branch.
  public static func buildEither(first part: [any Mark]) -> [any Mark] { part }

  /// The marks of the second branch.
  public static func buildEither(second part: [any Mark]) -> [any Mark] { part }
}
