import Foundation
import FoundationXML

/// The elements of a drawing, as parsed by an XML parser.
final class SVGReader: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
  }

  private(set) var elements: [Element] = []
  private(set) var error: (any Error)?
  private var open: [Int] = []

  init(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    if !parser.parse() { error = parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { elements[last].text += text }
  }

  /// The elements with a name.
  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The contents of the elements with a name.
  func texts(_ name: String) -> [String] { all(name).map(\.text) }
}

/// The drawing of a figure, without the common header.
func body(_ svg: String) -> String { svg.components(separatedBy: "</style>\n")[1] }

/// The coordinates in the paths of the marks: numbers in turn, whatever the letters between.
func numbers(_ path: String) -> [Double] {
  path.matches(of: /-?[0-9.]+/).compactMap { Double($0.output) }
}
