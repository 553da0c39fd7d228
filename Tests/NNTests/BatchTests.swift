import NN
import Synchronization
import Tensor
import Testing

@Suite struct BatchTests {
  @Test func valuesAreMadeOfTheExamplesThatAreAskedFor() {
    let asked = Mutex<[Range<Int>]>([])
    let batch = Batch(count: 6, labels: [0, 1, 2, 0, 1, 2]) { examples in
      asked.withLock { $0.append(examples) }
      return Tensor(examples.map(Double.init)).reshaped(to: [examples.count, 1])
    }
    #expect(batch.count == 6 && batch.labels[4] == 1)
    #expect(batch.values(of: 2..<4).scalars == [2, 3])
    #expect(asked.withLock { $0 } == [2..<4])
    #expect(batch.values.scalars == [0, 1, 2, 3, 4, 5] && batch.images.shape == [6, 1])
    #expect(batch.values(of: 4..<6).scalars == [4, 5])
    #expect(asked.withLock { $0 } == [2..<4, 0..<6])
  }
}
