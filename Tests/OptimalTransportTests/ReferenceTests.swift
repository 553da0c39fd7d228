import OptimalTransport
import Tensor
import Testing

/// Costs and barycenters of small real data, computed elsewhere by two independent methods each.
@Suite struct ReferenceTests {
  /// Digits of the UCI repository's optdigits (Alpaydin and Kaynak 1998, CC BY 4.0), 8 × 8 pixels of 0 to 16: the first,
  /// the second and the eleventh of its test part, a zero, a one and another zero.
  private static let digits: [[Double]] = [
    [
      0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4,
      12, 0, 0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5,
      10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
    ],
    [
      0, 0, 0, 12, 13, 5, 0, 0, 0, 0, 0, 11, 16, 9, 0, 0, 0, 0, 3, 15, 16, 6, 0, 0, 0, 7,
      15, 16, 16, 2, 0, 0, 0, 0, 1, 16, 16, 3, 0, 0, 0, 0, 1, 16, 16, 6, 0, 0, 0, 0, 1,
      16, 16, 6, 0, 0, 0, 0, 0, 11, 16, 10, 0, 0,
    ],
    [
      0, 0, 1, 9, 15, 11, 0, 0, 0, 0, 11, 16, 8, 14, 6, 0, 0, 2, 16, 10, 0, 9, 9, 0, 0, 1,
      16, 4, 0, 8, 8, 0, 0, 4, 16, 4, 0, 8, 8, 0, 0, 1, 16, 5, 1, 11, 3, 0, 0, 0, 12, 12,
      10, 10, 0, 0, 0, 0, 1, 10, 13, 3, 0, 0,
    ],
  ]

  private static let pixels = Tensor(
    (0..<64).map { [Double($0 / 8), Double($0 % 8)] }, dtype: .float64)

  private static func measure(_ index: Int) -> DiscreteMeasure {
    let mass = Tensor(digits[index], shape: [64], dtype: .float64)
    return DiscreteMeasure(points: pixels, weights: mass / mass.sum())
  }

  @Test(arguments: [
    (GroundCost.squaredEuclidean, 1.1171458998935038), (.euclidean, 0.8287331674236016),
  ])
  func aZeroIsMovedToAOne(_ row: (cost: GroundCost, expected: Double)) throws {
    let exact = try ExactTransport(
      from: Self.measure(0), to: Self.measure(1), cost: row.cost)
    #expect(abs(exact.cost - row.expected) < 1e-8)
    expectOptimal(exact, rowCount: 64, columnCount: 64)
  }

  @Test(
    arguments: [(0.1, 1.1171460017903148), (1.0, 1.6199400969473108)],
    [SinkhornOptions.Form.scalings, .logarithms])
  func entropyBlursTheMoveOfAZeroToAOne(
    _ row: (epsilon: Double, expected: Double), _ form: SinkhornOptions.Form
  ) throws {
    let transport = try EntropicTransport(
      from: Self.measure(0), to: Self.measure(1), epsilon: row.epsilon,
      options: .with {
        ($0.form, $0.tolerance, $0.sweepLimit) = (form, 1e-10, 100_000)
      })
    #expect(transport.hasConverged)
    #expect(abs(transport.transportCost - row.expected) < 1e-8)
  }

  @Test func theBarycenterOfTwoZeros() throws {
    let masses = [0, 2].map { index in
      let mass = Tensor(Self.digits[index], shape: [8, 8], dtype: .float64) + 0.01
      return mass / mass.sum()
    }
    let center = try EntropicBarycenter(
      ofImages: .stacked(masses), epsilon: 0.5, tolerance: 1e-10, sweepLimit: 10_000)
    let expected: [Double] = [
      3.4883158411079174e-05, 0.0013370130033577142, 0.01401230312947314,
      0.03472056245915499, 0.03587523636546539, 0.02091150406175947, 0.004289085375652002,
      0.0002331355313639338, 0.00013107284822307856, 0.004642565388743913,
      0.03430884970835223, 0.04286405451540684, 0.03107063462446127, 0.0385689263711337,
      0.01768229483488342, 0.0018080152765204197, 0.000774579567044724,
      0.010986023080081194, 0.04110464716201022, 0.02192682994621595,
      0.009528000502648612, 0.028995591061924904, 0.024192355336786184,
      0.0028377307068588034, 0.00084826660314395, 0.012512453924038715,
      0.03638746509536795, 0.00925632351769467, 0.005833118838073997,
      0.023353170089187508, 0.023447340020563413, 0.0028288049075122176,
      0.001396530176718288, 0.01557094053984784, 0.03183845062833444,
      0.007046931485862234, 0.006897520715185269, 0.024330409091630523,
      0.022634617221148904, 0.002695683039546243, 0.0008332583661590377,
      0.01205818196060451, 0.03578886060020023, 0.012311139440228994,
      0.011667414681365723, 0.02993794837566866, 0.016059713221962445,
      0.0016201909764483162, 0.0002608798788728724, 0.007029914798800653,
      0.03434500711404118, 0.028677731368053724, 0.030311979941980326,
      0.02872094131663086, 0.00510721096036683, 0.00021033691354811212,
      4.6046904763863194e-05, 0.0016711065624427294, 0.015445767851506722,
      0.033763089271007934, 0.03298112203038204, 0.010457714800780747,
      0.0009462699927285055, 3.425276166571468e-05,
    ]
    #expect(center.hasConverged && center.weights.shape == [8, 8])
    for (found, value) in zip(center.weights.flattened(from: 0).doubles, expected) {
      #expect(abs(found - value) < 1e-6)
    }
  }

  /// The Nile's yearly flow at Aswan, 1871 to 1970, in 10⁸ m³ (Cobb 1978), before and after 1899.
  private static let nile: [Double] = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020,
    960, 1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840,
    874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100,
    832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944,
    984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744,
    749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718,
    714, 740,
  ]

  @Test func theNileBeforeAndAfter1899() throws {
    let flow = Tensor(Self.nile, shape: [100], dtype: .float64)
    let (before, after) = (flow.sliced(0..<28), flow.sliced(28..<100))
    #expect(abs(try lineTransportCost(before, after) - 247.7777777777774) < 1e-9 * 248)
    let square = try lineTransportCost(before, after, p: 2)
    #expect(abs(square.squareRoot() - 251.33159655835416) < 1e-9 * 252)
    let exact = try ExactTransport(
      from: DiscreteMeasure(points: before), to: DiscreteMeasure(points: after))
    #expect(abs(exact.cost - square) < 1e-9 * square)
  }
}
