import Tensor

// The package's functions of single numbers.

func log(_ x: Double) -> Double { log(Tensor(x, dtype: .float64)).scalar }
func log1p(_ x: Double) -> Double { log1p(Tensor(x, dtype: .float64)).scalar }
func exp(_ x: Double) -> Double { exp(Tensor(x, dtype: .float64)).scalar }
func logGamma(_ x: Double) -> Double { logGamma(Tensor(x, dtype: .float64)).scalar }
func digamma(_ x: Double) -> Double { digamma(Tensor(x, dtype: .float64)).scalar }
func trigamma(_ x: Double) -> Double { trigamma(Tensor(x, dtype: .float64)).scalar }
