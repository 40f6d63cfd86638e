#include <gradpath/autodiff/memory_budget.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::memory {

[[gnu::tls_model("initial-exec")]] constinit thread_local Budget* innermost = nullptr;

Budget::Budget(std::size_t bytes, const char* way_out)
    : bytes_(bytes), way_out_(way_out), left_(static_cast<std::ptrdiff_t>(bytes)), outer_(innermost) {
    innermost = this;
}
Budget::~Budget() { innermost = outer_; }

void Budget::check(std::size_t bytes) {
    for (const Budget* budget = innermost; budget != nullptr; budget = budget->outer_)
        require(static_cast<std::ptrdiff_t>(bytes) <= budget->left_, "memory: all tensors together must stay within ",
                budget->bytes_, " bytes: one of ", bytes, " is too much; ", budget->way_out_);
}

void Budget::take(std::size_t bytes) {
    check(bytes);
    for (Budget* budget = innermost; budget != nullptr; budget = budget->outer_)
        budget->left_ -= static_cast<std::ptrdiff_t>(bytes);
}

void Budget::give_back(std::size_t bytes) noexcept {
    for (Budget* budget = this; budget != nullptr; budget = budget->outer_)
        budget->left_ += static_cast<std::ptrdiff_t>(bytes);
}

}  // namespace gradpath::memory
