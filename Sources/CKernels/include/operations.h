// The element-wise operations and reductions with separate loops. An operation takes a line here and a
// line in elementwise.inc; the order does not matter.
#ifndef CKERNELS_OPERATIONS_H
#define CKERNELS_OPERATIONS_H

#include <stdint.h>

// Swift sees each of these as an enumeration with short case names.
#define CK_ENUM(name) enum __attribute__((enum_extensibility(closed))) name : int32_t

typedef CK_ENUM(CKMap) {
  CKMapNegate,
  CKMapAbs,
  CKMapSign,
  CKMapSquare,
  CKMapSqrt,
  CKMapExp,
  CKMapExpm1,
  CKMapLog,
  CKMapLog1p,
  CKMapSin,
  CKMapCos,
  CKMapTanh,
  CKMapSigmoid,
  CKMapSoftplus,
  CKMapSilu,
  CKMapBernoulliEntropy,  // of a logit
  CKMapRelu,
  CKMapLeakyRelu,   // p: slope
  CKMapElu,         // p: alpha
  CKMapClamp,       // p, q: bounds
  CKMapIsWithin,    // p, q: bounds; 1 inside, 0 outside
  CKMapScale,       // p * x
  CKMapAffine,      // p * x + q
  CKMapDivideBy,    // x / p
  CKMapDivideInto,  // p / x
  CKMapPower,       // x ** p
  // The operations of special_loops.inc.
  CKMapErf,
  CKMapErfc,
  CKMapNormalCumulative,
  CKMapNormalLogCumulative,
  CKMapNormalLogSlope,  // the derivative of the one before
  CKMapNormalQuantile,
  CKMapLogGamma,
  CKMapDigamma,
  CKMapTrigamma,
  CKMapPolygamma,  // p: the order, 1 or more
  CKMapLog1mexp,   // log(1 - exp(-|x|))
  CKMapLogit,
  CKMapSinc,             // sin(pi x) / (pi x)
  CKMapSphericalBessel,  // j_p(z) / z^p at z = pi x
  CKMapBesselI0Scaled,
  CKMapBesselI1Scaled,
  CKMapBesselScaled,  // exp(-|x|) I_p(x)
} CKMap;

typedef CK_ENUM(CKZip) {
  CKZipAdd,
  CKZipSubtract,
  CKZipMultiply,
  CKZipDivide,
  CKZipPower,
  CKZipMinimum,
  CKZipMaximum,
  CKZipLess,
  CKZipLessOrEqual,
  CKZipGreater,
  CKZipGreaterOrEqual,
  CKZipEqual,
  CKZipNotEqual,
  CKZipMaskedByPositive,      // b > 0 ? a : 0
  CKZipScaledByLeak,          // b > 0 ? a : p * a
  CKZipScaledByTanhSlope,     // a * (1 - b * b)
  CKZipScaledBySigmoidSlope,  // a * sigmoid'(b)
  CKZipScaledBySiluSlope,     // a * silu'(b)
  CKZipScaledBySiluCurvature, // a * silu''(b)
  CKZipScaledDifference,      // p * (a - b)
  CKZipWeighted,              // a * b, and 0 where a is 0, whatever b is
  CKZipSigmoidDifference,     // sigmoid(a) - sigmoid(b)
  CKZipLogisticCrossEntropy,  // softplus(a) - a * b
  CKZipLogisticResidual,      // sigmoid(a) - b
  CKZipBernoulliDivergence,   // of two logits
  CKZipExponentialRemainder,  // exp(a - b) - 1 - (a - b)
  CKZipXLogY,                 // a log b, and 0 where a is 0
  CKZipLogBeta,
  CKZipGammaLower,         // P(a, b)
  CKZipGammaUpper,         // 1 - P(a, b)
  CKZipGammaMoment,        // see incomplete_gamma_slopes.inc; p: the order
  CKZipGammaDensity,       // its derivative in b
  CKZipGammaLowerInverse,  // the x with P(a, x) = b
  CKZipGammaUpperInverse,  // the x with 1 - P(a, x) = b
} CKZip;

// Functions of the parameters a and b of a beta distribution and of a third number.
typedef CK_ENUM(CKBeta) {
  CKBetaRegularized,  // I_x(a, b)
  CKBetaDensity,      // its derivative in x
  CKBetaMoment,       // see incomplete_beta.inc; j, k: the orders
  CKBetaInverse,      // the x with I_x(a, b) = p
} CKBeta;

typedef CK_ENUM(CKReduction) {
  CKReductionSum,
  CKReductionMax,
  CKReductionMin,
  CKReductionArgmax,
} CKReduction;

typedef CK_ENUM(CKScan) {
  CKScanProduct,
  CKScanMax,
  CKScanMin,
  CKScanLogSumExp,
} CKScan;

typedef CK_ENUM(CKSoftmax) {
  CKSoftmaxSoftmax,
  CKSoftmaxLogSoftmax,
  CKSoftmaxLogSumExp,
} CKSoftmax;

#endif
