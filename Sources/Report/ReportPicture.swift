import Foundation
import Plots
import Training

/// A picture in the report: a PNG file of a run's folder, an SVG drawing, or a text.
struct ReportPicture {
  /// The epoch after which it was made, for a picture of a series.
  let epoch: Int?
  private let bytes: [UInt8]
  private let isText: Bool
  /// The size in pixels; nil for a drawing, which has its own, and for a text.
  private let size: (width: Int, height: Int)?

  /// Reads a file of the run; nil if it does not exist, is neither a PNG, a drawing nor a text, or
  /// is too large for a page.
  init?(_ name: String, in folder: RunFolder, epoch: Int? = nil) {
    isText = name.hasSuffix(".txt")
    guard let bytes = folder.contents(of: name, atMost: Self.mostBytes),
      isText || bytes.count > 24
    else { return nil }
    self.bytes = bytes
    self.epoch = epoch
    if isText {
      size = nil
      return
    }
    // The first chunk of a PNG contains the width and the height, four bytes each.
    func number(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      size = (number(at: 16), number(at: 20))
    } else if bytes.starts(with: Array("<svg ".utf8)) {
      size = nil
    } else {
      return nil
    }
  }

  /// The picture as a self-contained HTML element.
  ///
  /// - Parameters:
  ///   - description: Alternative text for readers who cannot see the picture.
  ///   - isHidden: Whether the picture is initially hidden.
  func element(_ description: String, isHidden: Bool = false) -> String {
    if isText {
      return """
        <pre \(epoch.map { #"data-epoch="\#($0)" "# } ?? "")\
        \(isHidden ? #"hidden="hidden" "# : "")\
        tabindex="0" aria-label="\(escaped(description))">\
        \(escaped(String(decoding: bytes, as: UTF8.self)))</pre>
        """
    }
    let alternative = #"alt="\#(escaped(description))""#
    guard let size else {
      // Embedded as an image, so that no script in the file can run in the page.
      return """
        <img \(alternative) class="drawing" \
        \(epoch.map { #"data-epoch="\#($0)" "# } ?? "")\
        \(isHidden ? #"hidden="hidden" "# : "")\
        src="data:image/svg+xml;base64,\(Data(bytes).base64EncodedString())" />
        """
    }
    // A grid is small: it is shown at double size if there is room.
    let width = size.width < 400 ? 2 * size.width : size.width
    return """
      <img \(alternative) width="\(size.width)" height="\(size.height)" \
      style="width:\(width)px" \(epoch.map { #"data-epoch="\#($0)" "# } ?? "")\
      \(isHidden ? #"hidden="hidden" "# : "")\
      src="data:image/png;base64,\(Data(bytes).base64EncodedString())" />
      """
  }

  /// A series of pictures, `name/epoch-001.png` (or `.svg`, `.txt`) and so on, at most as many as a
  /// page can hold.
  ///
  /// - Returns: The pictures, evenly chosen and including the first and the last, and the total
  ///   number.
  static func series(in folder: RunFolder, name: String) -> (shown: [ReportPicture], count: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(of: name))) ?? []
    let epochs = names.compactMap { file in
      file.wholeMatch(of: /epoch-(\d+)\.(?:png|svg|txt)/).flatMap { match in Int(match.1) }.map {
        ($0, file)
      }
    }.sorted { $0.0 < $1.0 }
    func picture(_ place: Int) -> ReportPicture? {
      ReportPicture("\(name)/\(epochs[place].1)", in: folder, epoch: epochs[place].0)
    }
    guard let last = epochs.indices.reversed().lazy.compactMap(picture).first else {
      return ([], 0)
    }
    let count = max(2, min(mostInSeries, mostBytesInSeries / max(1, last.bytes.count)))
    return (evenlySpaced(count, of: epochs.count).compactMap(picture), epochs.count)
  }

  private static let mostBytes = 16 << 20
  private static let mostInSeries = 30
  private static let mostBytesInSeries = 4_000_000
}
