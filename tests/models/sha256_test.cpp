#include <doctest/doctest.h>

#include <gradpath/models/sha256.hpp>

using gradpath::models::Sha256;

namespace {

std::string sha256(std::string_view bytes) {
    Sha256 digest;
    digest.add(bytes);
    return digest.hex();
}

}  // namespace

TEST_CASE("sha256 gives the digests of the standard's examples") {  // FIPS 180-2, appendix B
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256 does not care how the bytes were cut") {
    const std::string bytes(200, 'x');
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Sha256 digest;
        digest.add(std::string_view(bytes).substr(0, cut));
        digest.add(std::string_view(bytes).substr(cut));
        CHECK(digest.hex() == sha256(bytes));
    }
}
