"""Keys and signatures on secp256k1, for tests only: deterministic, fast enough with a table of multiples of the generator
point, and not constant-time."""
import hashlib

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def tagged_hash(tag, data):
    """BIP 340."""
    prefix = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(prefix + prefix + data).digest()


def _double(point):
    """Jacobian coordinates; never called with infinity."""
    x, y, z = point
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * x * x % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add_affine(point, other):
    """The sum of a Jacobian and an affine point, which differ in x; None is infinity."""
    if point is None:
        return other[0], other[1], 1
    x1, y1, z1 = point
    zz = z1 * z1 % P
    h = (other[0] * zz - x1) % P
    r = (other[1] * zz * z1 - y1) % P
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _to_affine(point):
    inverse = pow(point[2], -1, P)
    square = inverse * inverse % P
    return point[0] * square % P, point[1] * square * inverse % P


def _generator_table():
    """multiples[i][j] is j * 16^i * G."""
    rows, base = [], G
    for _ in range(64):
        row, point = [None, base], _double((*base, 1))
        for _ in range(14):
            row.append(_to_affine(point))
            point = _add_affine(point, base)
        rows.append(row)
        base = _to_affine(point)
    return rows


_TABLE = _generator_table()


def multiply_generator(number):
    """number * G as affine coordinates; `number` is not a multiple of N."""
    point = None
    for row in _TABLE:
        digit = number & 15
        number >>= 4
        if digit:
            point = _add_affine(point, row[digit])
    return _to_affine(point)


def _bytes(number):
    return number.to_bytes(32, "big")


class Key:
    def __init__(self, secret):
        self.secret = secret % N
        self.point = multiply_generator(self.secret)

    @property
    def compressed(self):
        return bytes([2 + (self.point[1] & 1)]) + self.xonly

    @property
    def uncompressed(self):
        return b"\x04" + self.xonly + _bytes(self.point[1])

    @property
    def hybrid(self):
        return bytes([6 + (self.point[1] & 1)]) + self.uncompressed[1:]

    @property
    def xonly(self):
        return _bytes(self.point[0])

    def tweaked(self, tweak):
        """The key of the taproot output (BIP 341)."""
        even = self.secret if self.point[1] % 2 == 0 else N - self.secret
        return Key(even + int.from_bytes(tweak, "big"))

    def ecdsa(self, digest):
        """The signature as r and the lower s."""
        nonce = int.from_bytes(hashlib.sha256(b"nonce" + _bytes(self.secret) + digest).digest(), "big") % N
        r = multiply_generator(nonce)[0] % N
        s = pow(nonce, -1, N) * (int.from_bytes(digest, "big") + r * self.secret) % N
        return r, min(s, N - s)

    def schnorr(self, digest):
        """A signature of 64 bytes (BIP 340)."""
        secret = self.secret if self.point[1] % 2 == 0 else N - self.secret
        nonce = int.from_bytes(tagged_hash("nonce", _bytes(secret) + digest), "big") % N
        point = multiply_generator(nonce)
        if point[1] % 2:
            nonce = N - nonce
        challenge = tagged_hash("BIP0340/challenge", _bytes(point[0]) + self.xonly + digest)
        return _bytes(point[0]) + _bytes((nonce + int.from_bytes(challenge, "big") * secret) % N)


def der_integer(number, padding=0):
    data = number.to_bytes((number.bit_length() + 8) // 8, "big") if number else b"\0"
    data = bytes(padding) + data
    return b"\x02" + bytes([len(data)]) + data


def der(r, s):
    body = der_integer(r) + der_integer(s)
    return b"\x30" + bytes([len(body)]) + body
