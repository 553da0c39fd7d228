import Distributed
import Glibc
import NN
import Tensor

/// Computes this process's pieces of a batch concurrently, for a model that computes something over
/// the whole batch, such as the statistics of batch norm.
///
/// Each piece has a thread, and only one thread runs at a time: a piece runs until it passes
/// numbers to the others (`BatchPart.gather`), then the next one runs. When all have passed theirs,
/// the processes exchange them. Each piece has its own values of everything that pieces change: the
/// parameters while they are watched, the buffers and the random streams.
final class PieceThreads: @unchecked Sendable {
  private let communicator: Communicator
  private let parameters: [Parameter]
  private let buffers: [Buffer]
  private let randoms: [Random]
  private let turns: [Turn]
  /// The numbers of the pieces of all processes.
  private var gathered: [[Double]] = []

  /// Creates threads for this many pieces.
  ///
  /// - Parameters:
  ///   - communicator: The processes.
  ///   - count: The number of pieces of each process.
  ///   - owner: The module that the pieces compute with.
  ///   - randoms: The random streams that they draw from.
  init(_ communicator: Communicator, count: Int, of owner: any Module, drawing randoms: [Random]) {
    self.communicator = communicator
    (parameters, buffers) = (owner.parameters.map(\.parameter), owner.buffers.map(\.buffer))
    (self.randoms, turns) = (randoms, (0..<count).map { _ in Turn() })
  }

  /// Passes a piece's numbers to the others, and returns those of all pieces.
  func gather(_ numbers: [Double], of piece: Int) -> [[Double]] {
    turns[piece].given = numbers
    turns[piece].pause()
    return gathered
  }

  /// Calls a function with the number of each piece, on its thread.
  func run(_ body: @escaping (Int) -> Void) {
    var states = [State](repeating: state, count: turns.count)
    let check = FiniteCheck.current
    for (piece, turn) in turns.enumerated() {
      turn.start { FiniteCheck.$current.withValue(check) { body(piece) } }
    }
    repeat {
      for (piece, turn) in turns.enumerated() {
        state = states[piece]
        turn.takeOver()
        states[piece] = state
      }
      exchange()
    } while !turns.allSatisfy(\.isOver)
    for turn in turns { turn.join() }
  }

  /// Exchanges the numbers of this process's pieces with those of the others.
  private func exchange() {
    let given = turns.compactMap { $0.given.take() }
    precondition(
      given.isEmpty || given.count == turns.count,
      "PieceThreads: expected numbers of \(turns.count) pieces, found those of \(given.count)")
    guard let width = given.first?.count else { return }
    gathered = communicator.gather(given.flatMap(\.self)).flatMap { all in
      (0..<given.count).map { piece -> [Double] in
        let begin = piece * width
        return Array(all[begin..<begin + width])
      }
    }
  }

  /// The values that each piece has for itself.
  private struct State {
    let parameters: [Tensor]
    let buffers: [Tensor]
    let randoms: [Random.State]
  }

  private var state: State {
    get {
      State(
        parameters: parameters.map(\.wrappedValue), buffers: buffers.map(\.wrappedValue),
        randoms: randoms.map(\.state))
    }
    set {
      for (parameter, value) in zip(parameters, newValue.parameters) {
        parameter.wrappedValue = value
      }
      for (buffer, value) in zip(buffers, newValue.buffers) { buffer.wrappedValue = value }
      for (random, value) in zip(randoms, newValue.randoms) { random.state = value }
    }
  }
}

/// A thread that runs only when it is its turn, while the thread that started it waits.
private final class Turn: @unchecked Sendable {
  /// The numbers that it passes to others.
  var given: [Double]?
  private(set) var isOver = false
  private var thread = pthread_t()
  private let begin = Semaphore()
  private let end = Semaphore()
  private var body: () -> Void = {}

  /// Starts the thread, which waits for its turn.
  func start(_ body: @escaping () -> Void) {
    self.body = body
    let failure = pthread_create(
      &thread, nil,
      { turn in
        if let turn { Unmanaged<Turn>.fromOpaque(turn).takeUnretainedValue().run() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    precondition(
      failure == 0, "cannot start a thread: \(String(cString: strerror(failure)))")
  }

  private func run() {
    begin.wait()
    body()
    isOver = true
    end.post()
  }

  /// Lets it run until it pauses or ends.
  func takeOver() {
    begin.post()
    end.wait()
  }

  /// Lets the starting thread run until it is this thread's turn again.
  func pause() {
    end.post()
    begin.wait()
  }

  /// Waits for the thread's end.
  func join() {
    pthread_join(thread, nil)
    body = {}
  }
}

/// POSIX's semaphore.
private final class Semaphore {
  private let memory = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(memory, 0, 0) }

  deinit {
    sem_destroy(memory)
    memory.deallocate()
  }

  func post() { sem_post(memory) }

  /// Waits; a signal may interrupt a wait, which is then repeated.
  func wait() { while sem_wait(memory) != 0 {} }
}
