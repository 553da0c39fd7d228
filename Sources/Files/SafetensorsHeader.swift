/// The header of a safetensors file: names, types, shapes and positions in JSON.
struct SafetensorsHeader {
  static let lengthBytes = 8
  /// The maximum size of a header in bytes, as in the reference implementation.
  private static let maximumLength = 100_000_000
  static let metadataName = "__metadata__"

  /// The header's description of a tensor, not validated yet.
  private struct Place {
    let name: String
    let type: String
    let shape: [Int]
    let offsets: [Int]
  }

  private(set) var metadata: ExactDictionary<String> = [:]
  private var places: [Place] = []
}

// MARK: - Reading

extension SafetensorsHeader {
  /// The byte range of the header in the file, determined from the first eight bytes.
  static func range(
    lengthBytes: [UInt8], fileSize: Int, _ path: String
  ) throws(ModelFileError) -> Range<Int> {
    let length = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard lengthBytes.count == Self.lengthBytes, length <= fileSize - Self.lengthBytes else {
      throw .damaged(
        path: path, reason: "its header would be longer than the file, of \(fileSize) bytes")
    }
    guard length <= maximumLength else {
      throw .damaged(
        path: path, reason: "its header has \(length) bytes, more than \(maximumLength)")
    }
    return Self.lengthBytes..<Self.lengthBytes + Int(length)
  }

  /// Checks that the header begins like a JSON object before memory is allocated for it.
  ///
  /// In a file of another kind, the first eight bytes can be any length. White space before the
  /// object is skipped, as in the reference implementation.
  static func checkBeginning(
    _ range: Range<Int>, of file: borrowing RegularFile<ModelFileError>
  ) throws(ModelFileError) {
    let portion = 4_096
    for begin in stride(from: range.lowerBound, to: range.upperBound, by: portion) {
      let bytes = try file.read(begin..<min(begin + portion, range.upperBound))
      guard let first = bytes.firstIndex(where: { !JSONScanner.isSpace($0) }) else { continue }
      if bytes[first] == UInt8(ascii: "{") { return }
      throw notOfTensors(file.path, "expected { at byte \(begin + first - range.lowerBound)")
    }
    throw notOfTensors(file.path, "expected { at byte \(range.count)")
  }

  private static func notOfTensors(_ path: String, _ reason: String) -> ModelFileError {
    .damaged(path: path, reason: "its header does not describe tensors: \(reason)")
  }

  /// Reads the header's JSON.
  ///
  /// It must be an object of objects that contain texts and lists of integers; anything else is an
  /// error. As in the reference implementation, the metadata may be null, and further properties of
  /// a tensor are skipped.
  init(bytes: [UInt8], _ path: String) throws(ModelFileError) {
    var scanner = JSONScanner(bytes)
    do throws(JSONScanner.Failure) {
      try read(&scanner)
    } catch {
      throw Self.notOfTensors(path, error.text)
    }
  }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { name, scanner throws(JSONScanner.Failure) in
      if name == Self.metadataName {
        if scanner.takesNull() { return }
        var texts: ExactDictionary<String> = [:]
        try scanner.object { name, scanner throws(JSONScanner.Failure) in
          texts[name] = try scanner.text()
        }
        metadata = texts
      } else {
        places.append(try Self.place(name, &scanner))
      }
    }
    try scanner.end()
  }

  private static func place(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Place {
    var type: String?
    var shape, offsets: [Int]?
    try scanner.object { field, scanner throws(JSONScanner.Failure) in
      switch field {
      case "dtype": type = try scanner.text()
      case "shape": shape = try scanner.wholeNumbers()
      case "data_offsets": offsets = try scanner.wholeNumbers()
      default: try scanner.skipValue()
      }
    }
    guard let type, let shape, let offsets else {
      throw scanner.failure("expected dtype, shape and data_offsets before")
    }
    return Place(name: name, type: type, shape: shape, offsets: offsets)
  }

  /// The tensors in the order of their bytes, which must cover the file's data without gaps.
  func entries(
    dataRange: Range<Int>, _ path: String
  ) throws(ModelFileError) -> [SafetensorsFile.Entry] {
    var entries: [SafetensorsFile.Entry] = []
    entries.reserveCapacity(places.count)
    for place in places { entries.append(try Self.entry(place, dataRange, path)) }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, ExactText($0.name))
        < ($1.range.lowerBound, $1.range.upperBound, ExactText($1.name))
    }
    var end = dataRange.lowerBound
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .damaged(
          path: path, reason: "\(entry.name) does not begin where the tensor before it ends")
      }
      end = entry.range.upperBound
    }
    guard end == dataRange.upperBound else {
      throw .damaged(
        path: path, reason: "expected \(end) bytes by its header, found \(dataRange.upperBound)")
    }
    return entries
  }

  private static func entry(
    _ place: Place, _ dataRange: Range<Int>, _ path: String
  ) throws(ModelFileError) -> SafetensorsFile.Entry {
    let (name, shape, offsets) = (place.name, place.shape, place.offsets)
    guard let type = ElementType(rawValue: place.type) else {
      throw .unsupportedType(path: path, name: name, found: place.type)
    }
    guard let byteCount = type.byteCount(ofShape: shape) else {
      throw .damaged(path: path, reason: "\(name) has the shape \(shape)")
    }
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] <= dataRange.count,
      offsets[1] >= offsets[0]
    else {
      throw .damaged(
        path: path,
        reason: "\(name) lies at \(offsets) of the data, which have \(dataRange.count) bytes")
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw .damaged(
        path: path,
        reason: "\(name) of shape \(shape) has \(offsets[1] - offsets[0]) bytes instead of"
          + " \(byteCount)")
    }
    return SafetensorsFile.Entry(
      name: name, type: type, shape: shape,
      range: dataRange.lowerBound + offsets[0]..<dataRange.lowerBound + offsets[1])
  }
}

// MARK: - Writing

extension SafetensorsHeader {
  /// The header for a file of consecutive tensors, preceded by its length.
  static func bytes(
    _ tensors: [(name: String, type: ElementType, shape: [Int])], _ metadata: [String: String]
  ) throws -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = try metadata.sorted { ExactText($0.key) < ExactText($1.key) }
        .map { try jsonText($0.key) + ":" + jsonText($0.value) }
      entries.append("\"\(metadataName)\":{" + texts.joined(separator: ",") + "}")
    }
    var begin = 0
    for (name, type, shape) in tensors {
      let end = begin + shape.reduce(type.byteCount, *)
      let sizes = shape.map(String.init).joined(separator: ",")
      entries.append(
        try jsonText(name) + ":{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(sizes)],"
          + "\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var text = "{" + entries.joined(separator: ",") + "}"
    // Spaces align the numbers to a multiple of their size.
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    let length = (0..<Self.lengthBytes).map { UInt8(text.utf8.count >> (8 * $0) & 0xff) }
    return length + Array(text.utf8)
  }
}
