/// A basis of the transportation problem: a tree whose edges join sources to targets and carry the
/// moved mass.
///
/// Masses are whole numbers, in units that are small compared with every weight. Each has a second
/// part, as if every source had an infinitesimal ε more and the root had room for N·ε more (Orden
/// 1956). With it, no mass of a basis is zero and no two edges empty at the same time, so every
/// pivot lowers the cost and no basis recurs: the bases are the strongly feasible ones of
/// Cunningham (1976).
///
/// The nodes are the sources 0 ..< n, followed by the targets n ..< n + m. The last target is the
/// root.
final class BasisTree {
  /// A mass and its multiple of ε, in lexicographic order.
  struct Mass: Comparable {
    var units: Int
    var epsilons: Int

    static func < (a: Mass, b: Mass) -> Bool {
      a.units < b.units || (a.units == b.units && a.epsilons < b.epsilons)
    }
    static func + (a: Mass, b: Mass) -> Mass {
      Mass(units: a.units + b.units, epsilons: a.epsilons + b.epsilons)
    }
    static func - (a: Mass, b: Mass) -> Mass {
      Mass(units: a.units - b.units, epsilons: a.epsilons - b.epsilons)
    }
  }

  /// An edge of the basis.
  struct Edge {
    let source: Int
    let target: Int
    let mass: Mass
  }

  let sourceCount: Int
  let nodeCount: Int
  var root: Int { nodeCount - 1 }

  /// uᵢ of the sources, followed by vⱼ of the targets, with uᵢ + vⱼ = cᵢⱼ on the tree.
  let potentials: UnsafeMutablePointer<Double>
  /// −1 for the root.
  let parents: UnsafeMutablePointer<Int32>
  /// The mass that the edge to the parent carries.
  let masses: UnsafeMutablePointer<Mass>
  /// The number of nodes in the subtree of each node.
  private let sizes: UnsafeMutablePointer<Int32>
  // The children of a node form a doubly linked list; −1 marks its ends.
  private let firstChild: UnsafeMutablePointer<Int32>
  private let nextSibling: UnsafeMutablePointer<Int32>
  private let previousSibling: UnsafeMutablePointer<Int32>

  init(edges: [Edge], sourceCount: Int, targetCount: Int) {
    self.sourceCount = sourceCount
    let nodeCount = sourceCount + targetCount
    self.nodeCount = nodeCount
    func links() -> UnsafeMutablePointer<Int32> {
      let links = UnsafeMutablePointer<Int32>.allocate(capacity: nodeCount)
      links.initialize(repeating: -1, count: nodeCount)
      return links
    }
    (parents, sizes) = (links(), links())
    (firstChild, nextSibling, previousSibling) = (links(), links(), links())
    potentials = .allocate(capacity: nodeCount)
    potentials.initialize(repeating: 0, count: nodeCount)
    masses = .allocate(capacity: nodeCount)
    masses.initialize(repeating: Mass(units: 0, epsilons: 0), count: nodeCount)
    grow(from: edges)
  }

  deinit {
    for links in [parents, sizes, firstChild, nextSibling, previousSibling] { links.deallocate() }
    potentials.deallocate()
    masses.deallocate()
  }

  /// Attaches the nodes to the root, breadth first.
  private func grow(from edges: [Edge]) {
    var neighbours = [[(node: Int, mass: Mass)]](repeating: [], count: nodeCount)
    for edge in edges {
      neighbours[edge.source].append((sourceCount + edge.target, edge.mass))
      neighbours[sourceCount + edge.target].append((edge.source, edge.mass))
    }
    var order = [root]
    var place = 0
    while place < order.count {
      let node = order[place]
      place += 1
      for (child, mass) in neighbours[node] where child != parents[node] {
        masses[child] = mass
        hang(child, on: node)
        order.append(child)
      }
    }
    precondition(order.count == nodeCount, "BasisTree: expected edges that join all nodes")
    for node in order { sizes[node] = 1 }
    for node in order.dropFirst().reversed() { sizes[Int(parents[node])] += sizes[node] }
  }

  private func hang(_ node: Int, on parent: Int) {
    let next = firstChild[parent]
    parents[node] = Int32(parent)
    previousSibling[node] = -1
    nextSibling[node] = next
    if next >= 0 { previousSibling[Int(next)] = Int32(node) }
    firstChild[parent] = Int32(node)
  }

  private func takeDown(_ node: Int) {
    let (previous, next) = (previousSibling[node], nextSibling[node])
    if previous >= 0 {
      nextSibling[Int(previous)] = next
    } else {
      firstChild[Int(parents[node])] = next
    }
    if next >= 0 { previousSibling[Int(next)] = previous }
  }

  /// The nodes in an order in which each node follows its parent.
  func nodesFromRoot() -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(nodeCount)
    visit(from: root) { order.append($0) }
    return order
  }

  /// Calls `body` with each node of a subtree, parents first, except for those below `excluded`.
  @inline(__always)
  private func visit(from start: Int, excluding excluded: Int = -1, _ body: (Int) -> Void) {
    var node = start
    while true {
      if node != excluded {
        body(node)
        if firstChild[node] >= 0 {
          node = Int(firstChild[node])
          continue
        }
      }
      while node != start && nextSibling[node] < 0 { node = Int(parents[node]) }
      if node == start { return }
      node = Int(nextSibling[node])
    }
  }
}

// MARK: - Pivots

extension BasisTree {
  /// Adds an edge to the basis and moves as much mass as possible along its cycle; the edge that
  /// becomes empty leaves the basis.
  ///
  /// - Parameter reducedCost: cᵢⱼ − uᵢ − vⱼ of the edge.
  func pivot(source: Int, target: Int, reducedCost: Double) {
    let target = sourceCount + target
    let join = commonAncestor(source, target)
    let leaving = leavingNode(source, target, join)
    let mass = masses[leaving.node]
    move(mass, from: target, upTo: join, isTargetsSide: true)
    move(mass, from: source, upTo: join, isTargetsSide: false)
    let (start, end) = leaving.isTargetsSide ? (target, source) : (source, target)
    rehang(start, on: end, upTo: leaving.node, below: join, mass: mass)
    changePotentials(below: start, by: leaving.isTargetsSide ? -reducedCost : reducedCost)
  }

  /// The lowest common ancestor, found by size: a subtree is smaller than that of any ancestor.
  private func commonAncestor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while a != b {
      if sizes[a] < sizes[b] { a = Int(parents[a]) } else { b = Int(parents[b]) }
    }
    return a
  }

  /// The node whose edge to its parent becomes empty first.
  ///
  /// On the way up from the target, mass is taken from the edges above targets; on the source's
  /// side, from those above sources.
  private func leavingNode(
    _ source: Int, _ target: Int, _ join: Int
  ) -> (node: Int, isTargetsSide: Bool) {
    var (least, leaving, isTargetsSide) = (Mass(units: .max, epsilons: 0), -1, false)
    var node = target
    while node != join {
      if node >= sourceCount, masses[node] < least {
        (least, leaving, isTargetsSide) = (masses[node], node, true)
      }
      node = Int(parents[node])
    }
    node = source
    while node != join {
      if node < sourceCount, masses[node] < least {
        (least, leaving, isTargetsSide) = (masses[node], node, false)
      }
      node = Int(parents[node])
    }
    return (leaving, isTargetsSide)
  }

  private func move(_ mass: Mass, from start: Int, upTo join: Int, isTargetsSide: Bool) {
    var node = start
    while node != join {
      let isTarget = node >= sourceCount
      masses[node] = isTarget == isTargetsSide ? masses[node] - mass : masses[node] + mass
      node = Int(parents[node])
    }
  }

  /// Reverses the path from `start` up to `leaving` and attaches `start` to `end`.
  private func rehang(
    _ start: Int, on end: Int, upTo leaving: Int, below join: Int, mass: Mass
  ) {
    let size = sizes[leaving]
    var node = Int(parents[leaving])
    while node != join {
      sizes[node] -= size
      node = Int(parents[node])
    }
    node = end
    while node != join {
      sizes[node] += size
      node = Int(parents[node])
    }
    node = start
    var (parent, mass, sizeBelow) = (end, mass, Int32(0))
    while true {
      let (oldParent, oldMass, oldSize) = (Int(parents[node]), masses[node], sizes[node])
      takeDown(node)
      hang(node, on: parent)
      masses[node] = mass
      sizes[node] = size - sizeBelow
      if node == leaving { return }
      (parent, mass, sizeBelow) = (node, oldMass, oldSize)
      node = oldParent
    }
  }

  /// Adds `change` to the sources' potentials in a subtree and subtracts it from the targets'
  /// potentials, or does the opposite everywhere else if that is less work.
  private func changePotentials(below start: Int, by change: Double) {
    let (potentials, sourceCount) = (potentials, sourceCount)
    if 2 * Int(sizes[start]) <= nodeCount {
      visit(from: start) { potentials[$0] += $0 < sourceCount ? change : -change }
    } else {
      visit(from: root, excluding: start) {
        potentials[$0] -= $0 < sourceCount ? change : -change
      }
    }
  }
}
