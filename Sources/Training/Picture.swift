import Images
import Plots

/// A picture of a model: images in a grid, a drawing, or a text.
public enum Picture: Sendable {
  /// Images, written as PNG and as PGM or PPM.
  case images(ImageGrid)
  /// A drawing, written as SVG.
  case figure(FigureGrid)
  /// A text, written unchanged.
  case text(String)

  /// The extension of its file.
  public var fileExtension: String {
    switch self {
    case .images: "png"
    case .figure: "svg"
    case .text: "txt"
    }
  }
}

extension RunFolder {
  /// Writes a picture under a name given without its extension.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ picture: Picture, to name: String) throws {
    switch picture {
    case .images(let grid): try write(grid.image, to: name)
    case .figure(let figure): try write(figure.svg, to: name + ".svg")
    case .text(let text): try write(text, to: name + ".txt")
    }
  }
}
