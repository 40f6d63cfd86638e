// Which tables run: the best set that both CPU and operating system support, or the one that GRADPATH_ISA names.
// The compiler's __builtin_cpu_supports asks XGETBV too; xsimd 8.1's own detection does not and would crash where a
// hypervisor masks AVX-512. The choice is made once; two threads that race for it choose the same.
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

using Fill = void (*)(Tables&);

Tables make(const char* isa, Fill fill) {
    Tables tables{};
    fill_reference(tables);
    if (fill != nullptr) fill(tables);
    tables.isa = isa;
    return tables;
}

const std::vector<Tables>& all() {
    static const std::vector<Tables> tables = [] {
        std::vector<Tables> found{make("reference", nullptr)};
#if defined(__x86_64__)
        __builtin_cpu_init();
        if (__builtin_cpu_supports("sse4.2")) found.push_back(make("sse42", fill_sse42));
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(make("avx2", fill_avx2));
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma"))
            found.push_back(make("avx512", fill_avx512));
#endif
        return found;
    }();
    return tables;
}

const Tables& find(const char* who, std::string_view name) {
    std::string names;
    for (const Tables& tables : all()) {
        if (name == tables.isa) return tables;
        names += (names.empty() ? "" : ", ") + std::string(tables.isa);
    }
    throw ValueError(text(who, ": must be one of ", names, ": got ", name));
}

std::atomic<const Tables*> chosen{nullptr};

}  // namespace

const Tables& active() {
    if (const Tables* tables = chosen.load(std::memory_order_acquire)) [[likely]]
        return *tables;
    const char* wish = std::getenv("GRADPATH_ISA");
    const Tables* best = wish != nullptr && *wish != '\0' ? &find("GRADPATH_ISA", wish) : &all().back();
    const Tables* nobody = nullptr;
    chosen.compare_exchange_strong(nobody, best, std::memory_order_acq_rel);
    return *chosen.load(std::memory_order_acquire);
}

const char* active_isa() { return active().isa; }

std::span<const char* const> available_isas() {
    static const std::vector<const char*> names = [] {
        std::vector<const char*> list;
        for (const Tables& tables : all()) list.push_back(tables.isa);
        return list;
    }();
    return names;
}

void force_isa(const char* name) { chosen.store(&find("force_isa", name), std::memory_order_release); }

}  // namespace gradpath::kernels
