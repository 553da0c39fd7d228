import Foundation
import Testing

/// A binary grey image (Netpbm's P5), read in strict accordance with its format.
struct PGM: Equatable {
  let width: Int
  let height: Int
  let pixels: [UInt8]

  /// Reads an image; an incomplete one fails the test.
  init(_ name: String, in workspace: Workspace) throws {
    let bytes = [UInt8](try workspace.contents(of: name))
    let header = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3)
      .prefix(3).map { String(decoding: $0, as: UTF8.self) }
    try #require(header.count == 3 && header[0] == "P5" && header[2] == "255", "\(name)")
    let size = header[1].split(separator: " ").compactMap { Int($0) }
    try #require(size.count == 2, "\(name)")
    (width, height) = (size[0], size[1])
    pixels = Array(bytes.dropFirst(header.reduce(0) { $0 + $1.utf8.count + 1 }))
    try #require(pixels.count == width * height, "\(name)")
  }

  /// The brightest minus the darkest pixel, 0 for an image that shows nothing.
  var contrast: Int { Int(pixels.max() ?? 0) - Int(pixels.min() ?? 0) }
}
