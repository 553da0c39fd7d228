import Distributed
import Glibc
import NN
import Tensor

/// Computes this process's pieces of a batch side by side, for a model in which something is taken over the
/// whole batch, such as the statistics of batch norm.
///
/// Each piece has a thread, and one thread runs at a time: a piece goes on until it gives numbers to the
/// others (`BatchPart.gather`), then the next one does. When all have given theirs, the processes exchange
/// them. Each piece has its own values of what pieces change: the parameters while they are watched, the
/// buffers and the random streams.
final class PieceThreads: @unchecked Sendable {
  private let communicator: Communicator
  private let parameters: [Parameter]
  private let buffers: [Buffer]
  private let randoms: [Random]
  private let turns: [Turn]
  /// The numbers of the pieces of all processes.
  private var gathered: [[Double]] = []

  /// Prepares threads for so many pieces.
  ///
  /// - Parameters:
  ///   - communicator: The processes.
  ///   - count: The number of pieces of each of them.
  ///   - owner: What the pieces compute with.
  ///   - randoms: The streams that they draw from.
  init(_ communicator: Communicator, count: Int, of owner: any Module, drawing randoms: [Random]) {
    self.communicator = communicator
    (parameters, buffers) = (owner.parameters.map(\.parameter), owner.buffers.map(\.buffer))
    (self.randoms, turns) = (randoms, (0..<count).map { _ in Turn() })
  }

  /// Gives a piece's numbers to the others, and returns those of all pieces.
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

  /// Exchanges the numbers that this process's pieces have given with those of the others.
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

  /// What each piece has its own values of.
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

/// A thread that runs when it is its turn, while the one that started it waits.
private final class Turn: @unchecked Sendable {
  /// The numbers that it gives to others.
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
      failure == 0, "a thread could not be started: \(String(cString: strerror(failure)))")
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

  /// Lets the one that started it run, until it is its turn again.
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

  /// A signal may end a wait early.
  func wait() { while sem_wait(memory) != 0 {} }
}
