import CommandLine
import Course
import Files
import Results
import Settings
import Tensor

/// The options of `pushforward course`.
private struct CourseSettings: SettingGroup {
  @Setting("print the names of all figures and exercises, one per line") var list = false
  @Setting(
    "folder of the files", placeholder: "DIR", absence: "course/NAME") var out: String? = nil
  @Setting("fewer draws and steps: seconds instead of minutes") var quick = false
  @Setting("seed of all random numbers", in: .atLeast(0)) var seed = 0
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  var threads: Int? = nil
  @Setting("print nothing but errors") var quiet = false
}

/// `pushforward course NAME [options]`.
@Sendable func courseVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward course",
    summary: "Makes a figure or an exercise of the course.",
    notes: """
      The folder gets figure.svg, values.json and values.csv. NAME is one of the names
      that pushforward course --list prints, or all, which makes each of them in its
      own folder in DIR, and index.html, a page that shows them all.
      """,
    operand: "NAME", groups: [OptionGroup("Options", CourseSettings.definitions)])
  let options = command.parseOrExit(arguments)
  command.execute { try course(options.operand, CourseSettings(options.values)) }
}

private func course(_ name: String?, _ settings: CourseSettings) throws {
  if let threads = settings.threads { threadCount = threads }
  if settings.list {
    for item in courseRegistry { Console.printLine(item.name) }
    return
  }
  guard let name else {
    throw CommandLineError.missingOption(
      "NAME,", placeholder: "one of the names that --list prints, or all,")
  }
  let random = Random(seed: UInt64(settings.seed))
  if name == "all" {
    let out = settings.out ?? "course"
    var index = CourseIndex()
    for item in courseRegistry {
      if !settings.quiet { Console.printLine("\(item.name): \(item.summary)") }
      index.add(item, try make(item, in: out + "/" + item.name, settings, random))
    }
    let page = out + "/" + CourseIndex.fileName
    try Array(index.html.utf8).withUnsafeBytes { try replaceFile(at: page, with: $0) }
    if !settings.quiet { Console.printLine("all of them on one page: \(page)") }
    return
  }
  guard let item = courseRegistry.first(where: { $0.name == name }) else {
    throw CommandLineError.unknownCommand(
      name, kind: "figure or exercise", suggestions: near(name, courseRegistry.map(\.name)))
  }
  let out = settings.out ?? "course/" + item.name
  let results = try make(item, in: out, settings, random)
  if settings.quiet { return }
  for line in results.lines { Console.printLine(line) }
  Console.printLine("files: \(out)")
}

/// Makes one and writes its files, replacing earlier ones.
private func make(
  _ item: CourseItem, in folder: String, _ settings: CourseSettings, _ random: Random
) throws -> Results {
  let results = try item.make(settings.quick, random)
  try Interrupt.check()
  try makeFolders(folder)
  for file in try results.files(valuesName: "values.json") {
    try file.bytes.withUnsafeBytes { try replaceFile(at: folder + "/" + file.name, with: $0) }
  }
  return results
}
