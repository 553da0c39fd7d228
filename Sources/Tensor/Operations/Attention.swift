/// softmax(Q Kᵀ / √d + mask) V: for each query, the mean of the values, weighted by how well their
/// keys match it (Vaswani and others 2017, equation 1).
///
/// ```swift
/// let y = attention(q, k, v, isCausal: true)   // row t sees the keys up to t
/// ```
///
/// - Parameters:
///   - queries: Q, `[…, n, d]`; all three share the leading axes, such as batch and heads.
///   - keys: K, `[…, m, d]`.
///   - values: V, `[…, m, e]`.
///   - isCausal: Whether queries see no later keys. The last query is aligned with the last key, so
///     that query i sees the first m − n + i + 1 keys; there must be at least as many keys as
///     queries.
/// - Returns: `[…, n, e]`.
public func attention(
  _ queries: Tensor, _ keys: Tensor, _ values: Tensor, isCausal: Bool = false
) -> Tensor {
  let (q, k, v) = (queries.shape, keys.shape, values.shape)
  precondition(
    q.count >= 2 && k.count == q.count && v.count == q.count && q.last == k.last
      && k[k.count - 2] == v[v.count - 2] && q.dropLast(2) == k.dropLast(2)
      && q.dropLast(2) == v.dropLast(2),
    "attention: expected queries […, n, d], keys […, m, d] and values […, m, e], found \(q), \(k) and"
      + " \(v)")
  let (n, m) = (q[q.count - 2], k[k.count - 2])
  precondition(
    !isCausal || m >= n,
    "attention: expected as many keys as queries or more, found \(n) queries and \(m) keys")
  let stack = q.dropLast(2).reduce(1, *)
  func stacked(_ x: Tensor) -> Tensor { x.reshaped(to: [stack] + x.shape.suffix(2)) }
  let scale = 1 / Double(max(1, q[q.count - 1])).squareRoot()
  // The queries are the smaller side to scale.
  var logits = (stacked(queries) * scale).matmul(stacked(keys), transposeRight: true)
  if isCausal && n > 1 { logits = logits + causalMask(queries: n, keys: m, dtype: logits.dtype) }
  return softmax(logits).matmul(stacked(values)).reshaped(to: q.dropLast() + [v[v.count - 1]])
}

/// 0 where a query may look, −∞ where the key is later, `[queries, keys]`.
private func causalMask(queries: Int, keys: Int, dtype: DType) -> Tensor {
  let places = Tensor.range(0..<keys, dtype: dtype)
  let last = Tensor.range(keys - queries..<keys, dtype: dtype).expanded(at: 1)
  return select(
    places.expanded(at: 0) .<= last, Tensor(0, dtype: dtype), Tensor(-Double.infinity, dtype: dtype)
  )
}
