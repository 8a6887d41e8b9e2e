#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prove that an emitted SPIR-V module touches nothing outside its arrays, and that no
barrier stands where the threads of a workgroup may part. Knows nothing of the compiler.

    tests/compiler/check-bounds.py [--bytes=B,B...] MODULE.spv...

--bytes: bindings whose array is bytes (u8) while the module sees words: there the word's
index must be a checked byte index >> 2.

Bounds. Each access chain into a storage buffer or workgroup array must have an index that is
  * a constant inside, or
  * Select(c, i, 0) where c implies i < length, or
  * i, in a block dominated by the taken side of a branch whose condition implies i < length;
c implies i < length: ULessThan i length; ULessThan i UMin(length, …); an AND with such a side;
  i = start + j with both start < length and j < length - start on the AND's sides;
  plus two patterns of BLOCK_REDUCE, and vec4 views only under the tiled product's `whole`,
  or for element `quad` under quad * 4 + 3 < length;
  or, for workgroup arrays, a value whose range, worked out here, stays below the length.
Length is push constant word 4 + binding (or word `binding` of the uniform buffer), or the
size of the workgroup array's type.

Barriers. What differs between threads: LocalInvocationIndex, SubgroupId, everything loaded from
buffers and workgroup memory (but what a function with a barrier returns), atomics, and what is
computed from those or assigned under a branch on those.
"""
import sys

from spirv_module import ATOMICS, FUNCTION, INPUT, OP, PUSH, STORAGE, UNIFORM, WORKGROUP, Bad, Module, load


class Prover(Module):
    """A module, and what can be proven of it."""

    def constant(self, i):
        d = self.defs[i]
        return d.args[0] if d.op == OP['Constant'] else None

    def same(self, a, b):
        return a == b or self.constant(a) is not None and self.constant(a) == self.constant(b)

    def is_load_of(self, i, storage, member=None):
        """A load of word `member` of the one block variable of a storage class."""
        d = self.defs.get(i)
        if not d or d.op != OP['Load']:
            return False
        p = self.defs[d.args[0]]
        if p.op != OP['AccessChain'] or len(p.args) != 2:
            return False
        v = self.defs[p.args[0]]
        return v.args[0] == storage and self.constant(p.args[1]) == member

    def is_builtin(self, i, which):
        d = self.defs.get(i)
        return bool(d) and d.op == OP['Load'] and self.decor.get(d.args[0], {}).get(11) == [which]

    def is_length(self, i, array):
        kind, n = array
        if kind == 'binding':
            uniform = any(d.op == OP['Variable'] and d.args[0] == UNIFORM for d in self.defs.values()) \
                if not hasattr(self, '_uni') else self._uni
            self._uni = uniform
            return self.is_load_of(i, UNIFORM, n) if uniform else self.is_load_of(i, PUSH, 4 + n)
        if kind == 'fixed':
            c = self.constant(i)
            return c is not None and c <= n
        return i == n  # specialised size

    def sides(self, cond):
        todo, out = [cond], []
        while todo:
            d = self.defs[todo.pop()]
            if d.op == OP['LogicalAnd']:
                todo += d.args
            else:
                out.append(d)
        return out

    def bound(self, i, array):
        """Is value i at most the array's length?"""
        if self.is_length(i, array):
            return True
        d = self.defs[i]
        return d.op == OP['ExtInst'] and d.args[1] == 38 and any(self.bound(a, array) for a in d.args[2:])

    def implies(self, cond, index, array):
        sides = self.sides(cond)
        less = [d.args for d in sides if d.op == OP['ULessThan']]
        for a, b in less:
            if self.same(a, index) and self.bound(b, array):
                return True
        d = self.defs[index]
        if d.op == OP['IAdd']:
            for start, j in (d.args, d.args[::-1]):
                if not any(a == start and self.is_length(b, array) for a, b in less):
                    continue
                for a, b in less:
                    r = self.defs[b]
                    if a == j and r.op == OP['ISub'] and self.is_length(r.args[0], array) and r.args[1] == start:
                        return True
        return False

    def taken(self, block):
        """Conditions known to be true in a block."""
        b = block
        while True:
            p = b.dom
            if p is b:
                return
            t = p.insts[-1]
            if t.op == OP['BranchConditional'] and t.args[1] == b.label and t.args[1] != t.args[2] \
                    and b.pred == [p]:
                yield t.args[0]
            b = p

    def in_bounds(self, inst, index, array, block):
        c = self.constant(index)
        if c is not None and (array[0] == 'fixed' and c < array[1] or array[0] == 'spec' and c == 0):
            return True
        d = self.defs[index]
        if d.op == OP['Select'] and self.constant(d.args[2]) == 0 and self.implies(d.args[0], d.args[1], array):
            return True
        if any(self.implies(cond, index, array) for cond in self.taken(block)):
            return True
        return array[0] == 'spec' and self.reduce_pattern(index, block)

    # ---------------------------------------------- BLOCK_REDUCE's scratch array
    def reduce_pattern(self, index, block):
        if self.is_builtin(index, 29) or self.is_builtin(index, 40):  # LocalInvocationIndex, SubgroupId
            return True
        d = self.defs[index]
        # phi - 1, phi from NumSubgroups down, under phi != 0
        if d.op == OP['ISub'] and self.constant(d.args[1]) == 1 and self.defs[d.args[0]].op == OP['Phi']:
            phi = self.defs[d.args[0]]
            firsts = [a for a in phi.args[::2] if self.is_builtin(a, 38)]
            rest = [self.strip(a) for a in phi.args[::2] if a not in firsts]
            return len(firsts) == 1 and all(a == index for a in rest) and any(
                s.op == OP['INotEqual'] and s.args[0] == phi.id and self.constant(s.args[1]) == 0
                for c in self.taken(block) for s in self.sides(c))
        # other < n, n = phi + 1, phi from block - 1 to ((n + 1) >> 1) - 1
        for c in self.taken(block):
            for s in self.sides(c):
                if s.op == OP['ULessThan'] and s.args[0] == index and self.halving(s.args[1]):
                    return True
        return False

    def strip(self, i):
        while self.defs[i].op == OP['CopyObject']:
            i = self.defs[i].args[0]
        return i

    def halving(self, n):
        d = self.defs[n]
        if d.op != OP['IAdd'] or self.constant(d.args[1]) != 1 or self.defs[d.args[0]].op != OP['Phi']:
            return False
        phi = self.defs[d.args[0]]
        ok = 0
        for a in phi.args[::2]:
            v = self.defs[self.strip(a)]
            if v.op != OP['ISub'] or self.constant(v.args[1]) != 1:
                return False
            if v.args[0] == self.block_size:
                ok |= 1
                continue
            h = self.defs[v.args[0]]
            up = self.defs[h.args[0]] if h.op == OP['ShiftRightLogical'] and self.constant(h.args[1]) == 1 else None
            if not up or up.op != OP['IAdd'] or up.args[0] != n or self.constant(up.args[1]) != 1:
                return False
            ok |= 2
        return ok == 3

    # ------------------------------------------------------------------- checks
    def array_of(self, variable):
        """('binding', n) | ('fixed', n) | ('spec', id), and the element's type"""
        v = self.defs[variable]
        t = self.defs[self.defs[v.type].args[1]]
        if v.args[0] == WORKGROUP:
            if t.op != OP['TypeArray']:
                raise Bad('workgroup variable %%%d is no array' % variable)
            c = self.constant(t.args[1])
            return (('fixed', c) if c is not None else ('spec', t.args[1])), self.defs[t.args[0]]
        run = self.defs[t.args[0]]
        if t.op != OP['TypeStruct'] or len(t.args) != 1 or run.op != OP['TypeRuntimeArray']:
            raise Bad('buffer %%%d is no runtime array' % variable)
        return ('binding', self.decor[variable][33][0]), self.defs[run.args[0]]

    def whole(self, block, binding):
        """vec4 views: under the tiled product's `whole`, which has this binding's size in it."""
        for cond in self.taken(block):
            for s in self.sides(cond):
                if s.op == OP['ULessThanEqual'] and self.is_length(s.args[1], ('binding', binding)):
                    p = self.defs[s.args[0]]
                    if p.op == OP['CompositeExtract'] and self.defs[p.args[0]].op == OP['UMulExtended']:
                        return True
        return False

    def check_chain(self, inst):
        self.n_chains += 1
        base = self.defs[inst.args[0]]
        if base.op != OP['Variable']:
            raise Bad('%%%d: the base is no variable' % inst.id)
        storage = base.args[0]
        if storage in (PUSH, UNIFORM):
            members = len(self.defs[self.defs[base.type].args[1]].args)
            c = self.constant(inst.args[1])
            if len(inst.args) != 2 or c is None or c >= members:
                raise Bad('%%%d: argument word out of range' % inst.id)
            return
        if storage not in (STORAGE, WORKGROUP):
            raise Bad('%%%d: access chain into storage class %d' % (inst.id, storage))
        array, element = self.array_of(base.id)
        index = inst.args[1:]
        if storage == STORAGE:
            if self.constant(index[0]) != 0:
                raise Bad('%%%d: member is not 0' % inst.id)
            index = index[1:]
        if len(index) != 1:
            raise Bad('%%%d: %d indices' % (inst.id, len(index)))
        index = index[0]
        if array == ('binding', self.status):
            if self.constant(index) is None or self.constant(index) > 3:
                raise Bad('%%%d: status word out of range' % inst.id)
            return
        if not inst.block.reached:
            return
        d = self.defs[index]
        if storage == STORAGE and self.by_fours(index, array, element, inst.block):
            return
        if element.op == OP['TypeVector'] and storage == STORAGE:
            if d.op != OP['ShiftRightLogical'] or self.constant(d.args[1]) != 2 or \
                    not self.whole(inst.block, array[1]):
                raise Bad('%%%d: vec4 of binding %d without `whole`' % (inst.id, array[1]))
            self.by_hand = True
            return
        if element.op == OP['TypeVector']:
            self.by_hand = True  # the tiles: indices below 2 * STAGE by construction; run --execute
            return
        if array[0] == 'binding' and array[1] in self.byte_bindings and self.width(element) == 32:
            if d.op != OP['ShiftRightLogical'] or self.constant(d.args[1]) != 2:
                raise Bad('%%%d: word of a byte array by no byte index' % inst.id)
            index = d.args[0]
        if not self.in_bounds(inst, index, array, inst.block) and not self.by_range(index, array, inst):
            if array[0] == 'binding' and self.all_whole(inst.block):
                self.by_hand = True
                return
            raise Bad('%%%d: index %%%d into %s not proven' % (inst.id, index, array))

    def all_whole(self, block):
        return any(sum(s.op == OP['ULessThanEqual'] for s in self.sides(c)) >= 3 for c in self.taken(block))

    # -------------------------------------------------- four neighbouring threads
    def quad_parts(self, i):
        """i = quad * 4 + k: (quad, k)"""
        k, d = 0, self.defs[i]
        if d.op == OP['IAdd'] and self.constant(d.args[1]) is not None:
            k, d = self.constant(d.args[1]), self.defs[d.args[0]]
        if d.op == OP['IMul'] and self.constant(d.args[1]) == 4 and k < 4:
            return d.args[0], k
        return None, None

    def by_fours(self, index, array, element, block):
        """Under quad * 4 + 3 < length (which does not wrap: quad < 2^30 by the launch's size)
        or quad < length >> 2: element quad of the vectors (of bytes: of the words), or element
        quad * 4 + k, k < 4."""
        fours = element.op == OP['TypeVector'] or array[1] in self.byte_bindings and self.width(element) == 32
        quad, k = (index, 0) if fours else self.quad_parts(index)
        for c in self.taken(block):
            for s in self.sides(c):
                if s.op != OP['ULessThan']:
                    continue
                q, top = self.quad_parts(s.args[0])
                if q == quad and top == 3 and self.bound(s.args[1], array):
                    return True
                d = self.defs[s.args[1]]
                if s.args[0] == quad and d.op == OP['ShiftRightLogical'] and self.constant(d.args[1]) == 2 \
                        and self.bound(d.args[0], array):
                    return True
        return False

    # ------------------------------------------------------------- ranges of values
    def upper(self):
        """An upper bound for every 32-bit value, as an unsigned number: from 0 upwards until
        nothing grows; what still grows after some rounds is given up."""
        if hasattr(self, '_upper'):
            return self._upper
        top, ub, var = 0xffffffff, {}, {}

        def u(i):
            c = self.constant(i)
            if c is not None:
                return c
            return ub.get(i, 0) if self.defs[i].block else top  # parameters, specialised sizes

        def of(i, u=u):
            o, a = i.op, i.args
            if o == OP['IAdd']: return min(top, u(a[0]) + u(a[1]))
            if o == OP['IMul']: return min(top, u(a[0]) * u(a[1]))
            if o == 199: return min(u(a[0]), u(a[1]))  # BitwiseAnd
            if o in (197, 198): return (1 << (u(a[0]) | u(a[1])).bit_length()) - 1
            if o == 196: return min(top, u(a[0]) << (self.constant(a[1]) & 31)) if self.constant(a[1]) is not None else top
            if o == 194: return u(a[0]) >> (self.constant(a[1]) or 0 if self.constant(a[1]) is not None else 0)
            if o == 195: return (u(a[0]) >> ((self.constant(a[1]) or 0) & 31)) if u(a[0]) < 1 << 31 else top
            if o in (134, 135):
                c = self.constant(a[1])
                return u(a[0]) // c if c and (o == 134 or (u(a[0]) < 1 << 31 and c < 1 << 31)) else top
            if o == OP['ISub']:  # x - x / c * c
                m = self.defs[a[1]]
                if m.op == OP['IMul']:
                    q, c = self.defs[m.args[0]], self.constant(m.args[1])
                    if c and q.op in (134, 135) and q.args[0] == a[0] and self.constant(q.args[1]) == c and \
                            (q.op == 134 or (u(a[0]) < 1 << 31 and c < 1 << 31)):
                        return min(u(a[0]), c - 1)
                return top
            if o == OP['Select']: return max(u(a[1]), u(a[2]))
            if o == OP['CopyObject']: return u(a[0])
            if o == OP['ExtInst']:
                v = [u(x) for x in a[2:]]
                if a[1] == 38: return min(v)
                if a[1] == 41: return max(v)
                if a[1] == 39: return min(v) if max(v) < 1 << 31 else top  # SMin
                if a[1] == 42:  # SMax
                    known = [self.constant(x) for x in a[2:]]
                    if None not in known:
                        return max(known, key=lambda x: x - (x >> 31 << 32))
                    c = [self.constant(x) for x in a[2:] if self.constant(x) is not None and self.constant(x) < 1 << 31]
                    return max(v) if max(v) < 1 << 31 else (1 << 31) - 1 if c else top
                return top
            if o == OP['Phi']:
                # a counter: below its count wherever the loop's body looks at it; see below
                return max(u(x) for x in a[::2])
            if o == 113: return 255 if self.width(self.defs[self.defs[a[0]].type]) == 8 else top
            if o == OP['Load']:
                p = self.defs[a[0]]
                if p.op == OP['Variable'] and p.args[0] == FUNCTION: return var.get(p.id, 0)
                if self.is_builtin(i.id, 29): return 1023
                return top
            return top
        insts = [i for f in self.functions for b in f['blocks'] for i in b.insts]
        counters = {}  # phi: what it is below in its loop's body
        for f in self.functions:
            for b in f['blocks']:
                t = b.insts[-1] if b.insts else None
                if t and t.op == OP['BranchConditional'] and any(i.op == OP['LoopMerge'] for i in b.insts):
                    d = self.defs[t.args[0]]
                    phi = self.defs[d.args[0]] if d.op == OP['ULessThan'] else None
                    if phi and phi.op == OP['Phi'] and self.constant(phi.args[0]) == 0 and \
                            self.is_step(phi.args[2], phi.id):
                        counters[d.args[0]] = d.args[1]
        for turn in range(60):
            grown = False
            for i in insts:
                if i.op == OP['Store'] and self.defs[i.args[0]].op == OP['Variable']:
                    value = i.args[1]
                    v = u(value)
                    # the body stores its counter, which is below its count there
                    if value in counters and u(counters[value]):
                        v = min(v, u(counters[value]) - 1) if self.below(i, value) else v
                    if v > var.get(i.args[0], 0):
                        var[i.args[0]] = top if turn > 20 else v
                        grown = True
                elif i.id and i.op != OP['Variable']:
                    if i.id in counters:
                        v = max(u(counters[i.id]), 0)  # counts from 0 up to its count
                    else:
                        v = of(i)
                    if v > ub.get(i.id, 0):
                        ub[i.id] = top if turn > 20 else v
                        grown = True
            if not grown:
                break
        else:
            ub = {i.id: top for i in insts if i.id}
        self._of = of
        self._upper = (ub, counters)
        return self._upper

    def is_step(self, i, phi):
        d = self.defs[self.strip(i)]
        return d.op == OP['IAdd'] and d.args[0] == phi and self.constant(d.args[1]) == 1

    def below(self, inst, phi):
        return any(self.defs[s].op == OP['ULessThan'] and self.defs[s].args[0] == phi for s in self.taken(inst.block))

    def by_range(self, index, array, inst):
        if array[0] != 'fixed':
            return False
        ub, counters = self.upper()

        def here(i, depth=8):
            """The same, knowing that the loops' counters around are below their counts."""
            c, d = self.constant(i), self.defs[i]
            if c is not None:
                return c
            if not d.block:
                return 0xffffffff
            v = ub.get(i, 0)  # nothing above 0 was ever seen
            if i in counters and self.below(inst, i):
                return min(v, max(here(counters[i], depth - 1) - 1, 0)) if depth else v
            return min(v, self._of(d, lambda x: here(x, depth - 1))) if depth and d.op != OP['Phi'] else v
        return here(index) < array[1]

    def width(self, t):
        return t.args[0] if t.op in (OP['TypeInt'], OP['TypeFloat']) else 0

    def check(self):
        self.by_hand = False
        users = {OP['Load']: 0, OP['Store']: 0}
        for f in self.functions:
            for b in f['blocks']:
                for inst in b.insts:
                    if inst.op == OP['AccessChain']:
                        self.check_chain(inst)
                    elif inst.op in users or inst.op in ATOMICS:
                        p = self.defs[inst.args[0]]
                        if p.op not in (OP['AccessChain'], OP['Variable']):
                            raise Bad('pointer %%%d made by op %d' % (inst.args[0], p.op))
                        if p.op == OP['Variable'] and p.args[0] not in (FUNCTION, INPUT):
                            raise Bad('whole variable %%%d accessed' % p.id)
                    elif inst.op == OP['Variable'] and len(inst.args) < 2:
                        raise Bad('%%%d: Function variable without an initial value' % inst.id)
                    elif inst.op in (66, 67, 68, 70, 124) and self.defs[inst.type].op == OP['TypePointer']:
                        raise Bad('%%%d: pointer by op %d' % (inst.id, inst.op))
        self.check_barriers()

    def check_barriers(self):
        for f in self.functions:
            f['barrier'] = any(i.op == OP['ControlBarrier'] for b in f['blocks'] for i in b.insts)
        calls = {f['id']: f for f in self.functions}
        for f in self.functions:
            self.diverge(f, calls)
            for b in f['blocks']:
                for i in b.insts:
                    barrier = i.op == OP['ControlBarrier'] or \
                        i.op == OP['FunctionCall'] and calls[i.args[0]]['barrier']
                    self.n_barriers += barrier
                    if barrier and b.divergent and b.reached:
                        raise Bad('barrier in block %%%d where threads may part' % b.label)

    def diverge(self, f, calls):
        bad = {p.id for p in f['params']}
        blocks = [b for b in f['blocks'] if b.reached]
        joins = set()
        after = {}
        changed = True

        def region(b):
            if b in after:
                return after[b]
            stop, seen, todo = b.pdom, set(), list(b.succ)
            while todo:
                x = todo.pop()
                if x in seen or x is stop:
                    continue
                seen.add(x)
                todo += x.succ
            after[b] = seen
            return seen
        while changed:
            changed = False
            for b in blocks:
                for i in b.insts:
                    if i.op == OP['Store'] and self.defs[i.args[0]].op == OP['Variable']:
                        if (i.args[1] in bad or b.divergent) and i.args[0] not in bad:
                            bad.add(i.args[0])
                            changed = True
                        continue
                    if not i.id or i.id in bad or i.op == OP['Variable']:
                        continue
                    if i.op == OP['Load']:
                        p = self.defs[i.args[0]]
                        v = p if p.op == OP['Variable'] else self.defs[p.args[0]]
                        s = v.args[0]
                        is_bad = s in (STORAGE, WORKGROUP) or (s == FUNCTION and v.id in bad) or (
                            s == INPUT and self.decor[v.id][11][0] in (29, 40))
                    elif i.op in ATOMICS or i.op == OP['GroupNonUniformElect'] or 338 <= i.op <= 365:
                        is_bad = True
                    elif i.op == OP['FunctionCall']:
                        is_bad = not calls[i.args[0]]['barrier'] and any(a in bad for a in i.args[1:])
                    elif i.op == OP['Phi']:
                        is_bad = b.divergent or b in joins or any(a in bad for a in i.args[::2])
                    elif i.op == OP['ExtInst']:
                        is_bad = any(a in bad for a in i.args[2:])
                    elif i.op == OP['CompositeExtract']:
                        is_bad = i.args[0] in bad
                    else:
                        is_bad = any(a in bad for a in i.args)
                    if is_bad:
                        bad.add(i.id)
                        changed = True
                t = b.insts[-1]
                if t.op == OP['BranchConditional'] and t.args[0] in bad and b not in joins | set():
                    for x in region(b):
                        if not x.divergent:
                            x.divergent = changed = True
                    if b.pdom and b.pdom not in joins:
                        joins.add(b.pdom)
                        changed = True


def main(argv):
    byte_bindings, status = [], 0
    for arg in argv:
        if arg.startswith('--bytes='):
            byte_bindings = [int(x) for x in arg[8:].split(',') if x]
            continue
        try:
            m = Prover(load(arg), byte_bindings)
            m.check()
            print('%s: %d chains, %d barriers%s' % (arg, m.n_chains, m.n_barriers,
                                                    ', tiled product: by hand' if m.by_hand else ''))
        except Bad as e:
            print('%s: NOT PROVEN: %s' % (arg, e))
            status = 1
    return status


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
