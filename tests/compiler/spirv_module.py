# SPDX-License-Identifier: GPL-2.0-or-later
"""SPIR-V as check-bounds.py reads it: instructions, blocks, and who dominates whom."""
import struct

OP = {n: i for i, n in {
    1: 'Undef', 11: 'ExtInstImport', 12: 'ExtInst', 15: 'EntryPoint', 19: 'TypeVoid', 20: 'TypeBool',
    21: 'TypeInt', 22: 'TypeFloat', 23: 'TypeVector', 28: 'TypeArray', 29: 'TypeRuntimeArray',
    30: 'TypeStruct', 32: 'TypePointer', 33: 'TypeFunction', 41: 'ConstantTrue', 42: 'ConstantFalse',
    43: 'Constant', 44: 'ConstantComposite', 46: 'ConstantNull', 48: 'SpecConstantTrue',
    49: 'SpecConstantFalse', 50: 'SpecConstant', 51: 'SpecConstantComposite', 54: 'Function',
    55: 'FunctionParameter', 56: 'FunctionEnd', 57: 'FunctionCall', 59: 'Variable', 61: 'Load',
    62: 'Store', 65: 'AccessChain', 71: 'Decorate', 72: 'MemberDecorate', 80: 'CompositeConstruct',
    81: 'CompositeExtract', 83: 'CopyObject', 128: 'IAdd', 130: 'ISub', 132: 'IMul',
    151: 'UMulExtended', 167: 'LogicalAnd', 169: 'Select', 170: 'IEqual', 171: 'INotEqual',
    176: 'ULessThan', 178: 'ULessThanEqual', 194: 'ShiftRightLogical', 224: 'ControlBarrier',
    225: 'MemoryBarrier', 227: 'AtomicLoad', 230: 'AtomicCompareExchange', 245: 'Phi',
    246: 'LoopMerge', 247: 'SelectionMerge', 248: 'Label', 249: 'Branch', 250: 'BranchConditional',
    253: 'Return', 254: 'ReturnValue', 255: 'Unreachable', 333: 'GroupNonUniformElect',
}.items()}
NAME = {v: k for k, v in OP.items()}
ATOMICS = set(range(227, 243)) | {6035}
NO_RESULT = {OP[n] for n in ('EntryPoint', 'FunctionEnd', 'Store', 'Decorate', 'MemberDecorate',
             'ControlBarrier', 'MemoryBarrier', 'LoopMerge', 'SelectionMerge', 'Branch',
             'BranchConditional', 'Return', 'ReturnValue', 'Unreachable')} | {3, 5, 6, 10, 14, 16, 17, 228}
RESULT_ONLY = {OP[n] for n in ('ExtInstImport', 'TypeVoid', 'TypeBool', 'TypeInt', 'TypeFloat',
               'TypeVector', 'TypeArray', 'TypeRuntimeArray', 'TypeStruct', 'TypePointer',
               'TypeFunction', 'Label')}
UNIFORM, BUFFER_OLD, WORKGROUP, FUNCTION, PUSH, STORAGE, INPUT = 2, 0, 4, 7, 9, 12, 1


class Inst:
    __slots__ = ('op', 'type', 'id', 'args', 'block')

    def __init__(self, op, type_, id_, args):
        self.op, self.type, self.id, self.args, self.block = op, type_, id_, args, None


class Block:
    def __init__(self, label):
        self.label, self.insts, self.succ, self.pred = label, [], [], []
        self.dom, self.pdom, self.divergent = None, None, False


class Bad(Exception):
    pass


class Module:
    """A module, read and cut into blocks."""

    def __init__(self, words, byte_bindings=()):
        self.defs, self.decor, self.functions = {}, {}, []
        self.byte_bindings = set(byte_bindings)
        self.n_chains = self.n_barriers = 0
        i, current, block = 5, None, None
        while i < len(words):
            n, op = words[i] >> 16, words[i] & 0xffff
            if not n:
                raise Bad('a zero word count')
            args = words[i + 1:i + n]
            i += n
            if op in NO_RESULT:
                inst = Inst(op, None, None, args)
            elif op in RESULT_ONLY:
                inst = Inst(op, None, args[0], args[1:])
            else:
                inst = Inst(op, args[0], args[1], args[2:])
            if op == OP['Undef']:
                raise Bad('OpUndef')
            if op == OP['Decorate']:
                self.decor.setdefault(args[0], {})[args[1]] = args[2:]
            if inst.id:
                self.defs[inst.id] = inst
            if op == OP['Function']:
                current = {'id': inst.id, 'blocks': [], 'by': {}, 'params': [], 'barrier': False}
                self.functions.append(current)
            elif op == OP['FunctionParameter']:
                current['params'].append(inst)
            elif op == OP['FunctionEnd']:
                current = block = None
            elif op == OP['Label']:
                block = Block(inst.id)
                current['blocks'].append(block)
                current['by'][inst.id] = block
            elif current and block:
                inst.block = block
                block.insts.append(inst)
        for f in self.functions:
            self.flow(f)
        spec = {d[1][0]: i for i, d in self.decor.items() if 1 in d}
        self.block_size = spec.get(0)
        self.checked = 1 in spec
        bindings = [d[33][0] for i, d in self.decor.items() if 33 in d and
                    self.defs[i].op == OP['Variable'] and self.defs[i].args[0] == STORAGE]
        self.status = max(bindings) if self.checked else None

    # ------------------------------------------------------------- control flow
    def flow(self, f):
        for b in f['blocks']:
            t = b.insts[-1]
            if t.op == OP['Branch']:
                b.succ = [f['by'][t.args[0]]]
            elif t.op == OP['BranchConditional']:
                b.succ = [f['by'][t.args[1]], f['by'][t.args[2]]]
            elif t.op not in (OP['Return'], OP['ReturnValue'], OP['Unreachable']):
                raise Bad('terminator %d' % t.op)
            for s in b.succ:
                s.pred.append(b)
        blocks = f['blocks']
        if not blocks:
            return
        self.dominators(blocks[0], 'succ', 'pred', 'dom')
        for b in blocks:
            b.reached = b.dom is not None
        exits = [b for b in blocks if not b.succ and b.reached]
        root = Block(0)
        root.pred = exits
        for b in exits:
            b.succ = [root]
        self.dominators(root, 'pred', 'succ', 'pdom')
        for b in exits:
            b.succ = []

    @staticmethod
    def dominators(root, fwd, back, name):
        order, seen, stack = [], {root}, [(root, iter(getattr(root, fwd)))]
        while stack:
            b, it = stack[-1]
            for s in it:
                if s not in seen:
                    seen.add(s)
                    stack.append((s, iter(getattr(s, fwd))))
                    break
            else:
                order.append(b)
                stack.pop()
        order.reverse()
        number = {b: i for i, b in enumerate(order)}
        setattr(root, name, root)
        changed = True
        while changed:
            changed = False
            for b in order[1:]:
                new = None
                for p in getattr(b, back):
                    if p in number and getattr(p, name) is not None:
                        if new is None:
                            new = p
                        else:
                            x, y = new, p
                            while x is not y:
                                while number[x] > number[y]:
                                    x = getattr(x, name)
                                while number[y] > number[x]:
                                    y = getattr(y, name)
                            new = x
                if new is not getattr(b, name):
                    setattr(b, name, new)
                    changed = True

    # ------------------------------------------------------------------- values


def load(name):
    data = open(name, 'rb').read()
    return list(struct.unpack('<%dI' % (len(data) // 4), data))
