// The derivative of a gamma sample with respect to its shape at a fixed quantile, by implicit
// differentiation of the distribution function (Figurnov, Mohamed and Mnih 2018, "Implicit
// reparameterization gradients"): with w = log z, dw/da = L(a, w) = -(dP(a, e^w)/da) / h, where
// h = z^a e^-z / Gamma(a) is the density of w; and the derivatives of L with respect to a and w.
#include <float.h>
#include <math.h>

#include "CKernels.h"

#include "log_excess.inc"

typedef struct {
  double value, in_shape;
} Slope;

// The first two derivatives of log Gamma(1 + a), a >= 0, by their asymptotic series above 12 and by
// recurrences below.
typedef struct {
  double first, second;
} Polygamma;

static Polygamma polygamma_after(double a) {
  Polygamma y = {0, 0};
  double x = 1 + a;
  for (; x < 12; x += 1) {
    y.first -= 1 / x;
    y.second += 1 / (x * x);
  }
  static const double bernoulli[7] = {1.0 / 6,  -1.0 / 30, 1.0 / 42,      -1.0 / 30,
                                      5.0 / 66, -691.0 / 2730, 7.0 / 6};
  const double r = 1 / (x * x);
  double first = 0, second = 0;
  for (int k = 7; k >= 1; k--) {
    first = (first + bernoulli[k - 1] / (2 * k)) * r;
    second = (second + bernoulli[k - 1]) * r;
  }
  y.first += log(x) - 0.5 / x - first;
  y.second += (1 + 0.5 / x + second) / x;
  return y;
}

// By P / h = S = sum of t_n = z^n / (a (a + 1) ... (a + n)), for z up to a + 1. The sums of
// 1 / (a + 1) ... 1 / (a + n) leave out 1 / a, because it cancels for small a.
static Slope slope_by_series(double a, double w) {
  const double z = exp(w);
  double term = 1 / a, sum = term, harmonic = 0, squares = 0, first = 0, second = 0;
  for (int n = 1; n < 1000; n++) {
    const double r = 1 / (a + n);
    term *= z * r;
    harmonic += r;
    squares += r * r;
    const double part = term * (harmonic * harmonic + squares);
    sum += term;
    first += term * harmonic;
    second += part;
    if (part <= DBL_EPSILON / 8 * second && term <= DBL_EPSILON / 8 * sum) break;
  }
  const Polygamma psi = polygamma_after(a);
  return (Slope){sum * (psi.first - w) + first, sum * psi.second + (w - psi.first) * (sum / a + first) -
                                                    first / a - second};
}

// A function of a with its first two derivatives.
typedef struct {
  double value, first, second;
} Jet;

static inline Jet product(Jet x, Jet y) {
  return (Jet){x.value * y.value, x.first * y.value + x.value * y.first,
               x.second * y.value + 2 * x.first * y.first + x.value * y.second};
}

static inline Jet reciprocal(Jet x) {
  const double r = 1 / x.value, first = -x.first * r * r;
  return (Jet){r, first, -(x.second * r + 2 * x.first * first) * r};
}

static inline Jet sum(Jet x, Jet y) {
  return (Jet){x.value + y.value, x.first + y.first, x.second + y.second};
}

// By Legendre's continued fraction C = (1 - P) / h, evaluated by Lentz' method (1976), for z from
// a + 1 on: L = C l + dC/da with l = w - psi(a).
static Slope slope_by_fraction(double a, double w) {
  Jet b = {exp(w) + 1 - a, -1, 0}, c = {1e300, 0, 0};
  Jet d = reciprocal(b), fraction = d;
  for (int i = 1; i < 1000; i++) {
    const Jet numerator = {-i * (i - a), i, 0};
    b.value += 2;
    c = sum(b, product(numerator, reciprocal(c)));
    d = reciprocal(sum(b, product(numerator, d)));
    const Jet factor = product(c, d), last = fraction;
    fraction = product(fraction, factor);
    if (fabs(fraction.value - last.value) <= DBL_EPSILON * fabs(fraction.value) &&
        fabs(fraction.first - last.first) <= DBL_EPSILON * fabs(fraction.first) &&
        fabs(fraction.second - last.second) <= DBL_EPSILON * fabs(fraction.second))
      break;
  }
  const Polygamma psi = polygamma_after(a);
  const double l = w - psi.first + 1 / a, trigamma = psi.second + 1 / (a * a);
  return (Slope){fraction.value * l + fraction.first,
                 fraction.second + fraction.first * l - fraction.value * trigamma};
}

// C_k(e) = sum of coefficients[k][n] e^n in the expansion below: C_0 = 1 / m - 1 / e, and
// e C_k = dC_(k - 1)/de - (its value at 0) e / m.
static const double coefficients[6][20] = {
    {-0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
     0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06,
     -1.85406221071516e-06, 8.296711340953087e-07, -1.7665952736826078e-07, 6.707853543401498e-09,
     1.0261809784240309e-08, -4.382036018453353e-09, 9.14769958223679e-10, -2.5514193994946248e-11,
     -5.830772132550426e-11, 2.4361948020667415e-11, -5.0276692801141755e-12,
     1.1004392031956135e-13},
    {-0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596,
     0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06,
     -1.6120900894563446e-06, 4.647127802807434e-09, 1.378633446915721e-07, -5.752545603517705e-08,
     1.1951628599778148e-08, -1.7543241719747647e-11, -1.0091543710600413e-09,
     4.162792991842583e-10, -8.56390702649298e-11, 6.067215101604758e-14, 7.1624989648114856e-12,
     -2.933186643771437e-12},
    {0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06,
     -0.0001073665322636516, 5.2923448829120125e-05, -1.2760635188618728e-05,
     3.423578734096138e-08, 1.3721957309062934e-06, -6.298992138380055e-07, 1.4280614206064242e-07,
     -2.0477098421990866e-10, -1.409252991086752e-08, 6.228974084922022e-09,
     -1.3670488396617114e-09, 9.428356159014678e-13, 1.2872252400089318e-10,
     -5.5645956134363323e-11, 1.197593554636698e-11, -4.1689782251838634e-15},
    {0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
     -7.561801671883977e-05, -2.396505113867297e-07, 1.1082654115347302e-05,
     -5.6749528269915965e-06, 1.4230900732435883e-06, -2.7861080291528143e-11,
     -1.6958404091930278e-07, 8.099464905388083e-08, -1.9111168485973655e-08,
     2.3928620439808118e-12, 2.0620131815488797e-09, -9.460496661855133e-10,
     2.1541049775774907e-10, -1.388823336813903e-14, -2.1894761681963938e-11,
     9.790998951171684e-12},
    {-0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902,
     -1.4638452578843418e-06, 6.641498215465122e-05, -3.968365047179435e-05,
     1.1375726970678419e-05, 2.507497226237533e-10, -1.6954149536558305e-06, 8.907507532205309e-07,
     -2.292934834000805e-07, 2.956794137544049e-11, 2.8865829742708783e-08,
     -1.4189739437803219e-08, 3.4463580499464896e-09, -2.3024517174528067e-13,
     -3.9409233028046403e-10, 1.86023389685045e-10, -4.356323005056618e-11, 1.278600101629623e-15},
    {-0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392,
     -0.00019932570516188847, 6.797780477937208e-05, 1.419062920643967e-07,
     -1.3594048189768693e-05, 8.018470256334202e-06, -2.291481176508095e-06,
     -3.252473551298454e-10, 3.4652846491085265e-07, -1.8447187191171344e-07,
     4.8240967037894184e-08, -1.7989466721743514e-14, -6.306194500013523e-09,
     3.162417628774568e-09, -7.840924253697429e-10, 5.192679165254041e-15, 9.358944242306784e-11,
     -4.513426216163278e-11},
};

// C_k and its derivatives with respect to e.
static Jet coefficient(int k, double e) {
  Jet y = {0, 0, 0};
  for (int n = 19; n >= 0; n--) {
    y.second = y.second * e + 2 * y.first;
    y.first = y.first * e + y.value;
    y.value = y.value * e + coefficients[k][n];
  }
  return y;
}

// T = sum of C_k(e) a^-k and its derivatives with respect to a, where e has the derivatives e.first
// and e.second.
static Jet correction(double a, Jet e) {
  Jet y = {0, 0, 0};
  double power = 1;
  for (int k = 0; k < 6; k++) {
    const Jet c = coefficient(k, e.value);
    const double first = c.first * e.first;
    y.value += power * c.value;
    y.first += power * (first - k * c.value / a);
    y.second += power * (c.second * e.first * e.first + c.first * e.second - 2 * k * first / a +
                         k * (k + 1) * c.value / (a * a));
    power /= a;
  }
  return y;
}

// By the expansion of P for large a (Temme 1979, "The asymptotic expansion of the incomplete gamma
// functions"). With m = z / a - 1, e^2 / 2 = m - log(1 + m) and the T above,
// 1 - P = erfc(e sqrt(a / 2)) / 2 + exp(-a e^2 / 2) / sqrt(2 pi a) T, and so
// L = G / a (m / e - e / 2 + (log(1 + m) - 1 / (2a)) T + dT/da), where G is the ratio of Gamma(a)
// to Stirling's formula. Here de/da = -m / (a e), and e / m = 1 + e C_0.
static Slope slope_for_large_shape(double a, double m) {
  const double e = copysign(sqrt(2 * log_excess(m)), m);
  const Jet c = coefficient(0, e);
  const double ratio = 1 / (1 + e * c.value), ratio_slope = -ratio * ratio * (c.value + e * c.first);
  const Jet t = correction(a, (Jet){e, -ratio / a, ratio * (1 + ratio_slope) / (a * a)});
  const double l = log1p(m) - 0.5 / a;
  const double bracket = ratio - e / 2 + l * t.value + t.first;
  const double bracket_slope =
      (0.5 - ratio_slope) * ratio / a - (1 - 0.5 / a) / a * t.value + l * t.first + t.second;
  const double r = 1 / (a * a);
  const double factor =
      exp((1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 * r) * r) * r) / a) / a;
  const double factor_slope =
      -1 / a - (1.0 / 12 - (1.0 / 120 - (1.0 / 252 - 1.0 / 240 * r) * r) * r) * r;
  return (Slope){factor * bracket, factor * (bracket * factor_slope + bracket_slope)};
}

static Slope log_gamma_slope(double a, double w) {
  const double z = exp(w), m = (z - a) / a;
  if (a >= 30 && m > -0.5 && m < 1) return slope_for_large_shape(a, m);
  return z <= a + 1 ? slope_by_series(a, w) : slope_by_fraction(a, w);
}

// dL/dw = -d(log h)/da - L d(log h)/dw.
static double slope_in_logarithm(double a, double w, double slope) {
  return polygamma_after(a).first - 1 / a - w - slope * (a - exp(w));
}

void ck_log_gamma_slope(CKGammaSlope part, CKParameter shapes, const double *w, double *y,
                        size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    const double a = shapes.values[i * shapes.step];
    const Slope slope = log_gamma_slope(a, w[i]);
    switch (part) {
      case CKGammaSlopeItself: y[i] = slope.value; break;
      case CKGammaSlopeInShape: y[i] = slope.in_shape; break;
      case CKGammaSlopeInLogarithm: y[i] = slope_in_logarithm(a, w[i], slope.value); break;
    }
  }
}
