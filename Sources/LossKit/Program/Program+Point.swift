import CLossKernels

extension Program {
  /// Runs the program at one point.
  ///
  /// - Returns: whether the result stands; if not, the interpreter has to settle the point: it lies
  ///   at a corner, say.
  @inline(__always)
  func run(_ memory: ProgramMemory) -> Bool {
    var instruction = instructions.baseAddress.unsafelyUnwrapped
    let end = instruction + instructions.count
    while instruction < end {
      guard step(instruction, memory) else { return false }
      instruction += 1
    }
    return true
  }

  /// Runs the program at one point, looking at a request to stop between the instructions: on long
  /// arrays each takes a while.
  ///
  /// - Returns: as `run`; `false` also where it was stopped, which the interpreter then notices.
  @inline(never)
  func run(_ memory: ProgramMemory, unlessStopped stop: StopSignal) -> Bool {
    for place in instructions.indices {
      if stop.isRequested { return false }
      guard step(instructions.baseAddress.unsafelyUnwrapped + place, memory) else { return false }
    }
    return true
  }

  /// What short losses are made of stands here; the rest is called, so that these few keep their
  /// operands in registers.
  @inline(__always)
  private func step(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) -> Bool {
    let n = instruction.pointee.count
    switch instruction.pointee.code {
    case .map:
      if n == 1, instruction.pointee.mapKernel == .neg {
        memory[instruction.pointee.out][0] = -memory[instruction.pointee.a][0]
      } else {
        apply(
          instruction.pointee.mapKernel, instruction.pointee.index, memory[instruction.pointee.a],
          memory[instruction.pointee.out], n)
      }
    case .zip:
      let a = memory[instruction.pointee.a]
      let b = memory[instruction.pointee.b]
      let out = memory[instruction.pointee.out]
      switch (n, instruction.pointee.zipKernel) {
      case (1, .add): out[0] = a[0] + b[0]
      case (1, .sub): out[0] = a[0] - b[0]
      case (1, .mul): out[0] = a[0] * b[0]
      case (1, .chain): out[0] = ChainProduct.value(a[0], b[0])
      default: zip(instruction, memory)
      }
    case .softplusAndSlope:
      let x = memory[instruction.pointee.a]
      let out = memory[instruction.pointee.out]
      let slope = memory[instruction.pointee.out2]
      if n == 1 {
        out[0] = loss_softplus_sigmoid1(x[0], slope)
      } else {
        loss_softplus_sigmoid(x, out, slope, n)
      }
    case .logSumExp:
      guard n == 1, !instruction.pointee.isInChunks,
        !instruction.pointee.out.isNone, !instruction.pointee.out3.isNone
      else { return logSumExp(instruction, memory) }
      let k = memory[instruction.pointee.b][0]
      let inverse = memory[instruction.pointee.out3]
      let value = loss_lse(
        memory[instruction.pointee.a], instruction.pointee.length, k,
        memory.output(instruction.pointee.out2), inverse)
      memory[instruction.pointee.out][0] = value
      return k != 1 || !Program.cancels(value, inverse[0])
    default: return otherStep(instruction, memory)
    }
    return true
  }

  // MARK: Elementwise

  @inline(never)
  func apply(
    _ kernel: MapKernel, _ index: Int, _ x: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>,
    _ n: Int
  ) {
    switch kernel {
    case .neg: loss_neg(x, y, n)
    case .abs: loss_abs(x, y, n)
    case .sqrt: loss_sqrt(x, y, n)
    case .square: loss_square(x, y, n)
    case .exp: loss_exp(x, y, n)
    case .expm1: loss_expm1(x, y, n)
    case .log: loss_log(x, y, n)
    case .log1p: loss_log1p(x, y, n)
    case .softplus: loss_softplus(x, y, n)
    case .sigmoid: loss_sigmoid(x, y, n)
    case .tanh: loss_tanh(x, y, n)
    case .scalar:
      let function = functions[index].scalar
      for i in 0..<n { y[i] = function(x[i]) }
    }
  }

  @inline(never)
  private func zip(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) {
    let n = instruction.pointee.count
    let a = memory[instruction.pointee.a]
    let b = memory[instruction.pointee.b]
    let y = memory[instruction.pointee.out]
    let kernel = instruction.pointee.zipKernel
    let index = instruction.pointee.index
    if n == 1 {
      y[0] = apply(kernel, index, a[0], b[0])
      return
    }
    switch (instruction.pointee.a.reading, instruction.pointee.b.reading) {
    case (.each, .each): apply(kernel, index, a, b, y, n)
    case (.each, .one): apply(kernel, index, a, b[0], y, n)
    case (.one, .each): apply(kernel, index, a[0], b, y, n)
    case (let first, let second):
      let period =
        first == .perRow || first == .perColumn
        ? Int(instruction.pointee.a.period)
        : second == .perRow || second == .perColumn ? Int(instruction.pointee.b.period) : n
      for row in 0..<n / period {
        let start = row &* period
        let out = y + start
        switch (first, second) {
        case (.each, .perRow): apply(kernel, index, a + start, b[row], out, period)
        case (.perRow, .each): apply(kernel, index, a[row], b + start, out, period)
        case (.each, .perColumn): apply(kernel, index, a + start, b, out, period)
        case (.perColumn, .each): apply(kernel, index, a, b + start, out, period)
        case (.perColumn, .perRow): apply(kernel, index, a, b[row], out, period)
        case (.perRow, .perColumn): apply(kernel, index, a[row], b, out, period)
        case (.perColumn, .perColumn): apply(kernel, index, a, b, out, period)
        case (.perColumn, .one): apply(kernel, index, a, b[0], out, period)
        case (.one, .perColumn): apply(kernel, index, a[0], b, out, period)
        default:
          let x = a[first == .perRow ? row : 0]
          let z = b[second == .perRow ? row : 0]
          out.update(repeating: apply(kernel, index, x, z), count: period)
        }
      }
    }
  }

  @inline(__always)
  func apply(_ kernel: ZipKernel, _ index: Int, _ a: Double, _ b: Double) -> Double {
    switch kernel {
    case .add: a + b
    case .sub: a - b
    case .mul: a * b
    case .div: a / b
    case .chain: ChainProduct.value(a, b)
    case .chainQuotient: ChainQuotient.value(a, b)
    case .larger: Larger.value(a, b)
    case .smaller: Smaller.value(a, b)
    case .scalar: zipFunctions[index].scalar(a, b)
    }
  }

  func apply(
    _ kernel: ZipKernel, _ index: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    switch kernel {
    case .add: loss_add(a, b, y, n)
    case .sub: loss_sub(a, b, y, n)
    case .mul: loss_mul(a, b, y, n)
    case .div: loss_div(a, b, y, n)
    case .chain: loss_chain(a, b, y, n)
    case .chainQuotient: loss_chain_quotient(a, b, y, n)
    case .larger: loss_max2(a, b, y, n)
    case .smaller: loss_min2(a, b, y, n)
    case .scalar:
      let function = zipFunctions[index].scalar
      for i in 0..<n { y[i] = function(a[i], b[i]) }
    }
  }

  func apply(
    _ kernel: ZipKernel, _ index: Int, _ a: UnsafePointer<Double>, _ b: Double,
    _ y: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    switch kernel {
    case .add: loss_add_as(a, b, y, n)
    case .sub: loss_sub_as(a, b, y, n)
    case .mul: loss_mul_as(a, b, y, n)
    case .div: loss_div_as(a, b, y, n)
    case .chain: loss_chain_as(a, b, y, n)
    case .chainQuotient: loss_chain_quotient_as(a, b, y, n)
    case .larger: loss_max2_as(a, b, y, n)
    case .smaller: loss_min2_as(a, b, y, n)
    case .scalar:
      let function = zipFunctions[index].scalar
      for i in 0..<n { y[i] = function(a[i], b) }
    }
  }

  func apply(
    _ kernel: ZipKernel, _ index: Int, _ a: Double, _ b: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    switch kernel {
    case .add: loss_add_sa(a, b, y, n)
    case .sub: loss_sub_sa(a, b, y, n)
    case .mul: loss_mul_sa(a, b, y, n)
    case .div: loss_div_sa(a, b, y, n)
    case .chain: loss_chain_sa(a, b, y, n)
    case .chainQuotient: loss_chain_quotient_sa(a, b, y, n)
    case .larger: loss_max2_sa(a, b, y, n)
    case .smaller: loss_min2_sa(a, b, y, n)
    case .scalar:
      let function = zipFunctions[index].scalar
      for i in 0..<n { y[i] = function(a, b[i]) }
    }
  }

  // MARK: Log-sum-exp

  @inline(never)
  private func logSumExp(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory)
    -> Bool
  {
    let length = instruction.pointee.length
    let x = memory[instruction.pointee.a]
    let k = memory[instruction.pointee.b][0]
    let value = memory.output(instruction.pointee.out)
    let weights = memory.output(instruction.pointee.out2)
    let scale = memory.output(instruction.pointee.out3)
    for row in 0..<instruction.pointee.count {
      let start = row &* length
      var inverse = 1.0
      let result: Double
      if instruction.pointee.isInChunks {
        (result, inverse) = logSumExpInChunks(
          x + start, length, k: k, weights: weights.map { $0 + start },
          factors: memory[instruction.pointee.c], pool: memory.pool)
      } else {
        result = loss_lse(x + start, length, k, weights.map { $0 + start }, &inverse)
      }
      scale?[row] = inverse
      if let value {
        value[row] = result
        if k == 1, Program.cancels(result, inverse) { return false }
      }
    }
    return true
  }

  /// Whether the largest entry and ln Σ cancel, so that the interpreter sums with twice the digits.
  @inline(__always)
  static func cancels(_ value: Double, _ inverse: Double) -> Bool {
    // ln t < t - 1 spares the logarithm in most cases.
    (value.magnitude * 4 + 1) * inverse < 1 && value.magnitude * 4 < -Scalar.log(inverse)
  }
}
