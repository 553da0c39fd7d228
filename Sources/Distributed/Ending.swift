#if MPI
  import CMPI
  import Glibc

  /// The joint end of all processes.
  ///
  /// A process that ends successfully waits for the first one, which may still have work to do. One
  /// that fails notifies the others, whatever they are doing: the first process prints the error,
  /// and all end with its exit code. So there is one message, and no process waits for one that has
  /// ended.
  enum Ending {
    private nonisolated(unsafe) static var channel: Channel?

    /// Registers the actions at the process's exit.
    static func prepare(_ channel: Channel?) {
      self.channel = channel
      on_exit({ code, _ in Ending.end(with: code) }, nil)
    }

    /// Ends this process if another one has failed.
    static func listen(to channel: Channel) {
      guard let notice = Notice.next(on: channel) else { return }
      guard channel.rank == 0 else { _exit(notice.code) }
      if !notice.text.isEmpty { Launch.lastWords.print(notice.text) }
      exit(notice.code)
    }

    private static func end(with code: Int32) {
      guard let channel else {
        if code == 0 { cmpi_finish() }
        return
      }
      if channel.rank == 0 { endFirst(channel, code) } else { endOther(channel, code) }
    }

    /// The first process notifies all others.
    private static func endFirst(_ channel: Channel, _ code: Int32) {
      let notices = (1..<channel.size).map { Notice(code, "").send(to: $0, channel) }
      wait(atMost: code == 0 ? nil : 1) { notices.allSatisfy(\.isComplete) }
      if code == 0 { cmpi_finish() }
    }

    /// The others wait for its notice, and without it act on their own.
    private static func endOther(_ channel: Channel, _ code: Int32) {
      var text = code == 0 ? "" : Launch.lastWords.text()
      if !text.isEmpty { text += "That was in process \(channel.rank) on \(machine).\n" }
      let own = code == 0 ? nil : Notice(code, text).send(to: 0, channel)
      var answer: Notice?
      wait(atMost: text.isEmpty ? nil : 5) {
        _ = own?.isComplete
        answer = Notice.next(on: channel)
        return answer != nil
      }
      guard let answer else {
        Launch.lastWords.print(text)
        cmpi_abort(code)
        return
      }
      if answer.code == 0 && code == 0 { cmpi_finish() } else { _exit(answer.code) }
    }

    /// This machine's name.
    private static var machine: String {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
        guard let start = name.baseAddress, gethostname(start, 255) == 0 else { return "a machine" }
        name[255] = 0
        return String(cString: start)
      }
    }

    /// Waits, mostly asleep, until a condition holds.
    private static func wait(atMost seconds: Double?, until isSo: () -> Bool) {
      let start = ContinuousClock.now
      while !isSo() {
        if let seconds, ContinuousClock.now - start > .seconds(seconds) { return }
        usleep(2_000)
      }
    }
  }

  /// The notice that a process ends.
  private struct Notice {
    let code: Int32
    let text: String

    init(_ code: Int32, _ text: String) { (self.code, self.text) = (code, text) }

    /// Starts sending it; the bytes stay valid until the process has ended.
    func send(to other: Int, _ channel: Channel) -> Message {
      let bytes = withUnsafeBytes(of: code) { Array($0) } + Array(text.utf8)
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
      memory.copyBytes(from: bytes)
      return channel.send(UnsafeRawBufferPointer(memory), to: other, channel.notices)
    }

    /// The next notice received, if there is one.
    static func next(on channel: Channel) -> Notice? {
      var (sender, count): (Int32, Int32) = (-1, 0)
      cmpi_look(channel.notices, &sender, &count)
      guard sender >= 0 else { return nil }
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 8)
      defer { memory.deallocate() }
      let message = channel.receive(memory, from: Int(sender), channel.notices)
      while !message.isComplete { usleep(100) }
      let code = memory.loadUnaligned(as: Int32.self)
      return Notice(code, String(decoding: memory.dropFirst(4), as: UTF8.self))
    }
  }
#endif
