import Foundation
import Models
import NN
import Plots
import Tensor

/// An interactive page for exploring a trained model, in one file that loads nothing from
/// elsewhere.
///
/// For a model with a decoder, moving the code changes the picture; the decoder's weights are
/// embedded in the page in half precision. For a flow in the plane, moving a point of the base
/// noise shows where the flow takes it, interpolated from a grid of such points.
public struct ExplorePage {
  /// The data embedded in the page.
  struct Content: Encodable {
    var name = ""
    var kind = ""
    /// The dimensions of an example.
    var sizes: [Int] = []
    var latent = 0
    var classes = 0
    var steps: [DecoderScript.Step] = []
    /// Codes to start from and to move between, and their classes.
    var codes: [[Float]] = []
    var labels: [Int] = []
    /// The origin of the codes: `test image`, `random code`.
    var codeNoun = ""
    /// For a flow: the side of the grid of codes, and its half-width.
    var gridSide = 0
    var gridReach = 0.0
    /// Weights, or the points of the grid, as base64 of halves.
    var data = ""
  }

  private let content: Content

  /// The number of codes that the page offers to move between.
  private static let codeCount = 12
  /// The grid of a flow: it covers all but a thousandth of the noise.
  private static let grid = (side: 97, reach: 3.6)

  /// Makes the page of a model.
  ///
  /// - Parameters:
  ///   - name: The title of the page: the name of the run.
  ///   - model: The model, in inference mode: one with a decoder of dense layers or transposed
  ///     convolutions, or an invertible one of points in the plane.
  ///   - examples: Test examples, `[count, dataShape.count]`, whose codes can be visited.
  ///   - labels: Their classes.
  ///   - random: Draws codes if the model cannot encode.
  /// - Throws: ``ExploreError`` for another model.
  public init(
    _ name: String, of model: any Model, examples: Tensor, labels: [Int], using random: Random
  ) throws {
    var content = Content()
    content.name = name
    content.kind = type(of: model).kind
    content.sizes = model.dataShape.sizes
    guard let model = model as? any LatentVariableModel else {
      throw ExploreError(kind: content.kind)
    }
    content.latent = model.latentSize
    content.classes = (model as? any ClassConditional)?.conditionalClasses ?? 0
    let count = min(Self.codeCount, examples.shape[0])
    let codes: Tensor
    if let encoder = model as? any EncodingModel {
      codes = encoder.encode(examples.sliced(0..<count), labels: Array(labels.prefix(count)))
      content.codeNoun = "test \(model.dataShape.element.exampleNoun.singular)"
    } else {
      codes = random.normal([Self.codeCount, model.latentSize])
      content.codeNoun = "random code"
    }
    content.codes = (0..<codes.shape[0]).map { codes.sliced($0..<$0 + 1).scalars }
    if content.classes > 0 { content.labels = Array(labels.prefix(codes.shape[0])) }
    if model.dataShape.isImage, let decoder = DecoderScript(of: model) {
      content.steps = decoder.steps
      content.data = Data(decoder.weights).base64EncodedString()
    } else if Self.isPlane(model) {
      content.gridSide = Self.grid.side
      content.gridReach = Self.grid.reach
      content.data = Data(Self.pushed(by: model).halves).base64EncodedString()
    } else {
      throw ExploreError(kind: content.kind)
    }
    self.content = content
  }

  /// The points to which a model takes a square grid of codes, row by row, `[side², 2]`.
  private static func pushed(by model: some LatentVariableModel) -> Tensor {
    let places = (0..<grid.side).map {
      Float(grid.reach * (2 * Double($0) / Double(grid.side - 1) - 1))
    }
    let codes = places.flatMap { y in places.flatMap { x in [x, y] } }
    return model.decode(Tensor(codes, shape: [grid.side * grid.side, 2]))
  }

  /// Whether a page can be made for a model.
  public static func canShow(_ model: any Model) -> Bool {
    if model.dataShape.isImage { return DecoderScript.knows(model) }
    return (model as? any LatentVariableModel).map(isPlane) ?? false
  }

  /// Whether codes and examples are points in the plane and a code alone determines its example.
  private static func isPlane(_ model: any LatentVariableModel) -> Bool {
    let classes = (model as? any ClassConditional)?.conditionalClasses ?? 0
    return model.dataShape.sizes == [2] && model.latentSize == 2 && classes == 0
  }

  /// The page.
  public var html: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let json = String(decoding: try encoder.encode(content), as: UTF8.self)
        // The content of a script element must not contain its end tag.
        .replacing("</", with: "<\\/")
      let title = escaped("\(content.name): \(content.kind)")
      return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
        <title>\(title)</title>
        <style>
        \(ExploreScript.css)
        </style>
        </head>
        <body>
        <h1>\(title)</h1>
        <main id="main"></main>
        <script>
        const content = \(json);
        \(ExploreScript.text)
        </script>
        </body>
        </html>

        """
    }
  }
}

/// A model for which no page can be made.
public struct ExploreError: Error, CustomStringConvertible {
  /// Its name on the command line.
  public let kind: String

  /// What was expected and what was found.
  public var description: String {
    "expected a VAE, an autoencoder or a GAN of images, or a model of points in the plane with codes in"
      + " the plane, found '\(kind)'"
  }
}
