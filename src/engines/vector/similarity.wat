;; Cosine similarities of many vectors of signed bytes with one question, sixteen vectors at a time. similarity.wasm is made of it.
(module
  (import "index" "memory" (memory 1))
  ;; values: a byte for each vector, place after place, `stride` bytes from one place to the next.
  ;; pairs … pairsEnd: what of the question is not 0, two numbers at a time: both places with 32 bits, then both weights with 16.
  ;; scales: a 32-bit float for each vector. factor: what a weight of 1 stands for.
  ;; out: a 32-bit float for each vector, and as many more as make the last sixteen full.
  (func (export "compare")
    (param $values i32) (param $stride i32) (param $count i32) (param $pairs i32) (param $pairsEnd i32)
    (param $scales i32) (param $factor f32) (param $out i32)
    (local $end i32) (local $pair i32) (local $a v128) (local $b v128) (local $both v128) (local $weights v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $end (i32.add (local.get $values) (local.get $count)))
    (block $done
      (loop $sixteen
        (br_if $done (i32.ge_u (local.get $values) (local.get $end)))
        (local.set $sum0 (v128.const i32x4 0 0 0 0))
        (local.set $sum1 (v128.const i32x4 0 0 0 0))
        (local.set $sum2 (v128.const i32x4 0 0 0 0))
        (local.set $sum3 (v128.const i32x4 0 0 0 0))
        (local.set $pair (local.get $pairs))
        (block $summed
          (loop $two
            (br_if $summed (i32.ge_u (local.get $pair) (local.get $pairsEnd)))
            (local.set $a (v128.load
              (i32.add (local.get $values) (i32.mul (i32.load (local.get $pair)) (local.get $stride)))))
            (local.set $b (v128.load
              (i32.add (local.get $values) (i32.mul (i32.load offset=4 (local.get $pair)) (local.get $stride)))))
            (local.set $weights (v128.load32_splat offset=8 (local.get $pair)))
            ;; Both numbers of a vector side by side: multiplied and added up in one go.
            (local.set $both (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b)))
            (local.set $sum0 (i32x4.add (local.get $sum0)
              (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $both)) (local.get $weights))))
            (local.set $sum1 (i32x4.add (local.get $sum1)
              (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $both)) (local.get $weights))))
            (local.set $both (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b)))
            (local.set $sum2 (i32x4.add (local.get $sum2)
              (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $both)) (local.get $weights))))
            (local.set $sum3 (i32x4.add (local.get $sum3)
              (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $both)) (local.get $weights))))
            (local.set $pair (i32.add (local.get $pair) (i32.const 12)))
            (br $two)))
        (v128.store (local.get $out)
          (call $scaled (local.get $sum0) (v128.load (local.get $scales)) (local.get $factor)))
        (v128.store offset=16 (local.get $out)
          (call $scaled (local.get $sum1) (v128.load offset=16 (local.get $scales)) (local.get $factor)))
        (v128.store offset=32 (local.get $out)
          (call $scaled (local.get $sum2) (v128.load offset=32 (local.get $scales)) (local.get $factor)))
        (v128.store offset=48 (local.get $out)
          (call $scaled (local.get $sum3) (v128.load offset=48 (local.get $scales)) (local.get $factor)))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 64)))
        (local.set $out (i32.add (local.get $out) (i32.const 64)))
        (br $sixteen))))
  (func $scaled (param $sums v128) (param $scales v128) (param $factor f32) (result v128)
    (f32x4.mul (f32x4.convert_i32x4_s (local.get $sums)) (f32x4.mul (f32x4.splat (local.get $factor)) (local.get $scales)))))
