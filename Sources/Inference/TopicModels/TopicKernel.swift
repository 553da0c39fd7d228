import Tensor

/// The inner loops of latent Dirichlet allocation, over documents or words in parallel.
///
/// Each writes to its own memory, so the results are the same with any number of threads.
struct TopicKernel {
  let corpus: Corpus
  /// The number of vectors of four in a row of topics.
  let lanes: Int

  private typealias Vector = SIMD4<Double>

  /// Computes, for some documents, Z of their words, n / Z in `ratios`, and Σ n φ in `sums`.
  ///
  /// - Parameters:
  ///   - words: exp E[log β], `[words, 4 · lanes]`.
  ///   - scales: exp E[log θ], in rows for all documents.
  func run(
    _ documents: [Int], words: Tensor, scales: [Double], sums: inout [Double],
    ratios: inout [Double]
  ) {
    let (corpus, lanes) = (corpus, lanes)
    let block = 16
    words.withUnsafeBytes { words in
      scales.withUnsafeBytes { scales in
        sums.withUnsafeMutableBytes { sums in
          ratios.withUnsafeMutableBufferPointer { ratios in
            nonisolated(unsafe) let ratios = ratios
            parallel(count: (documents.count + block - 1) / block) { part in
              for place in part * block..<min(documents.count, (part + 1) * block) {
                let document = documents[place]
                let row = document * lanes * 32
                Self.update(
                  corpus, corpus.offsets[document]..<corpus.offsets[document + 1], lanes, words,
                  UnsafeRawBufferPointer(rebasing: scales[row..<row + lanes * 32]),
                  UnsafeMutableRawBufferPointer(rebasing: sums[row..<row + lanes * 32]), ratios)
              }
            }
          }
        }
      }
    }
  }

  private static func update(
    _ corpus: Corpus, _ entries: Range<Int>, _ lanes: Int, _ words: UnsafeRawBufferPointer,
    _ scales: UnsafeRawBufferPointer, _ sums: UnsafeMutableRawBufferPointer,
    _ ratios: UnsafeMutableBufferPointer<Double>
  ) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 2 * lanes) { memory in
      let (scale, sum) = (memory, UnsafeMutableBufferPointer(rebasing: memory[lanes...]))
      for lane in 0..<lanes {
        scale[lane] = scales.loadUnaligned(fromByteOffset: 32 * lane, as: Vector.self)
        sum[lane] = .zero
      }
      corpus.words.withUnsafeBufferPointer { numbers in
        corpus.counts.withUnsafeBufferPointer { counts in
          for entry in entries {
            let row = Int(numbers[entry]) * lanes * 32
            var total = Vector.zero
            for lane in 0..<lanes {
              total += scale[lane] * words.load(fromByteOffset: row + 32 * lane, as: Vector.self)
            }
            let ratio = counts[entry] / total.sum()
            ratios[entry] = ratio
            for lane in 0..<lanes {
              sum[lane] += ratio * words.load(fromByteOffset: row + 32 * lane, as: Vector.self)
            }
          }
        }
      }
      for lane in 0..<lanes {
        sums.storeBytes(of: scale[lane] * sum[lane], toByteOffset: 32 * lane, as: Vector.self)
      }
    }
  }

  /// Σ n φ of each word over the documents, `[words, 4 · lanes]`.
  func wordTopics(words: Tensor, scales: [Double], ratios: [Double]) -> Tensor {
    let postings = Postings(corpus)
    let lanes = lanes
    var result = Tensor.zeros(words.shape, dtype: .float64)
    let block = 32
    result.withMutableMemory { memory in
      words.withUnsafeBytes { words in
        scales.withUnsafeBytes { scales in
          parallel(count: (corpus.vocabularySize + block - 1) / block) { part in
            for word in part * block..<min(corpus.vocabularySize, (part + 1) * block) {
              for lane in 0..<lanes {
                var sum = Vector.zero
                for place in postings.offsets[word]..<postings.offsets[word + 1] {
                  let row = Int(postings.documents[place]) * lanes + lane
                  sum +=
                    ratios[Int(postings.entries[place])]
                    * scales.loadUnaligned(fromByteOffset: 32 * row, as: Vector.self)
                }
                let offset = 32 * (word * lanes + lane)
                let own = words.load(fromByteOffset: offset, as: Vector.self)
                memory.storeBytes(of: own * sum, toByteOffset: offset, as: Vector.self)
              }
            }
          }
        }
      }
    }
    return result
  }
}

/// A corpus by words: the places where each one occurs.
private struct Postings {
  private(set) var offsets: [Int]
  private(set) var documents, entries: [Int32]

  init(_ corpus: Corpus) {
    offsets = [Int](repeating: 0, count: corpus.vocabularySize + 1)
    for word in corpus.words { offsets[Int(word) + 1] += 1 }
    for word in 0..<corpus.vocabularySize { offsets[word + 1] += offsets[word] }
    documents = [Int32](repeating: 0, count: corpus.words.count)
    entries = documents
    var next = offsets
    for document in 0..<corpus.documentCount {
      for entry in corpus.offsets[document]..<corpus.offsets[document + 1] {
        let word = Int(corpus.words[entry])
        documents[next[word]] = Int32(document)
        entries[next[word]] = Int32(entry)
        next[word] += 1
      }
    }
  }
}
