/// σ(l) − t for targets t that are the nearest number to σ(l), or next to it.
///
/// All but the last digits of the two cancel. The residuals are computed with 80 decimal digits and
/// rounded to float64.
struct ResidualNearZero: Sendable {
  let logit: Double
  let target: Double
  let residual: Double

  /// Numbers of float32.
  static let single: [ResidualNearZero] = [
    .init(logit: 0.0010000000474974513, target: 0x1.0020c4p-1, residual: 1.8110853040326506e-08),
    .init(logit: 0.0010000000474974513, target: 0x1.0020c6p-1, residual: -4.1493791735064116e-08),
    .init(logit: -0.0010000000474974513, target: 0x1.ffbe76p-2, residual: 1.1691469347368806e-08),
    .init(logit: -0.0010000000474974513, target: 0x1.ffbe78p-2, residual: -1.8110853040326506e-08),
    .init(logit: 9.999999974752427e-07, target: 0x1.000008p-1, residual: 1.1581420267227344e-08),
    .init(logit: 9.999999974752427e-07, target: 0x1.00000ap-1, residual: -4.802322450816328e-08),
    .init(logit: 0.30000001192092896, target: 0x1.261d54p-1, residual: 1.3889342334303442e-08),
    .init(logit: 0.30000001192092896, target: 0x1.261d56p-1, residual: -4.571530244108718e-08),
    .init(logit: -0.30000001192092896, target: 0x1.b3c558p-2, residual: -1.3889342334303442e-08),
    .init(logit: -0.30000001192092896, target: 0x1.b3c55ap-2, residual: -4.369166472199876e-08),
    .init(logit: 1.0, target: 0x1.764d5p-1, residual: -1.8934692386373842e-08),
    .init(logit: 1.0, target: 0x1.764d52p-1, residual: -7.853933716176446e-08),
    .init(logit: -1.0, target: 0x1.136562p-2, residual: -1.0867630001321472e-08),
    .init(logit: -1.0, target: 0x1.136564p-2, residual: -4.0669952389016786e-08),
    .init(logit: 2.5, target: 0x1.d9291ep-1, residual: -4.2666964320526815e-09),
    .init(logit: 2.5, target: 0x1.d9292p-1, residual: -6.38713412074433e-08),
    .init(logit: -2.5, target: 0x1.36b712p-4, residual: -3.183884164871147e-09),
    .init(logit: -2.5, target: 0x1.36b714p-4, residual: -1.0634464761794975e-08),
    .init(logit: 7.0, target: 0x1.ff8896p-1, residual: 5.800991200345262e-09),
    .init(logit: -7.0, target: 0x1.dda738p-11, residual: 1.9774891001479047e-11),
    .init(logit: 10.0, target: 0x1.fffa0cp-1, residual: 2.0870616413261746e-08),
    .init(logit: -10.0, target: 0x1.7cd32ep-15, residual: 4.680030234119799e-13),
    .init(logit: 15.5, target: 0x1.fffffap-1, residual: -6.725167510661252e-09),
    .init(logit: -15.5, target: 0x1.8e7134p-23, residual: -5.7964703751301865e-15),
    .init(logit: -30.0, target: 0x1.a56e0cp-44, residual: 5.661946162381169e-22),
    .init(logit: -60.0, target: 0x1.5ae192p-87, residual: -1.3002423943534403e-34),
    .init(logit: -80.0, target: 0x1.7fd974p-116, residual: 5.926057457356877e-43),
  ]

  /// Numbers of float64.
  static let double: [ResidualNearZero] = [
    .init(logit: 0.001, target: 0x1.0020c49b78133p-1, residual: 3.134582603149835e-17),
    .init(logit: -0.001, target: 0x1.ffbe76c90fd99p-2, residual: 2.416532519975948e-17),
    .init(logit: 1e-09, target: 0x1.0000000225c18p-1, residual: -2.068509273422303e-17),
    .init(logit: 0.1, target: 0x1.0cca12729afb8p-1, residual: -2.5084310194303448e-17),
    .init(logit: -0.1, target: 0x1.e66bdb1aca09p-2, residual: 2.5084310194303448e-17),
    .init(logit: 1, target: 0x1.764d4f5d5a2bdp-1, residual: -1.679727399649845e-17),
    .init(logit: -1.7, target: 0x1.3c5848ef36c9ep-3, residual: 1.2712828152030675e-17),
    .init(logit: 3.3, target: 0x1.edc99cf2c9d4dp-1, residual: -3.992634414087213e-17),
    .init(logit: -5, target: 0x1.b69f67d638f8ep-8, residual: 1.2155506224878793e-19),
    .init(logit: 8, target: 0x1.ffd40b84505a1p-1, residual: 4.883523049784286e-18),
    .init(logit: -20, target: 0x1.1b4865556b5d5p-29, residual: -1.573719952885692e-25),
    .init(logit: -100, target: 0x1.a8c1f14e2af5dp-145, residual: -1.5705024907732008e-60),
    .init(logit: -400, target: 0x1.e50c483c04dcdp-578, residual: 1.2644597855524639e-191),
  ]
}
