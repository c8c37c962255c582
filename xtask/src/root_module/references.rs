//! The names that expressions refer to, without those that the expression itself binds.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block};
use hcl_edit::visit::{
    Visit, visit_attr, visit_block, visit_expr, visit_traversal, visit_traversal_operator,
};

/// A name and the attributes that follow it directly: `module.vpc.vpc_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) parts: Vec<String>,
    /// The line, from 1.
    pub(crate) line: usize,
}

impl Reference {
    /// The part at this place, or nothing.
    pub(crate) fn part(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", String::as_str)
    }

    /// As it is written.
    pub(crate) fn written(&self) -> String {
        self.parts.join(".")
    }
}

/// What a block refers to. The type of a variable is made of names that are no references.
pub(super) fn of_block(block: &Block, text: &str) -> Vec<Reference> {
    let mut found = Found::new(text);
    found.is_variable = block.has_ident("variable");
    found.visit_body(&block.body);
    found.references
}

/// What one value refers to.
pub(super) fn of_value(value: &Expression, text: &str) -> Vec<Reference> {
    let mut found = Found::new(text);
    found.visit_expr(value);
    found.references
}

struct Found<'a> {
    text: &'a str,
    is_variable: bool,
    /// Names that `for` and `dynamic` have given, the innermost last.
    bound: Vec<String>,
    references: Vec<Reference>,
}

impl<'a> Found<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            is_variable: false,
            bound: Vec::new(),
            references: Vec::new(),
        }
    }

    fn note(&mut self, parts: Vec<String>, span: Option<std::ops::Range<usize>>) {
        if !self.bound.contains(&parts[0]) {
            let line = super::line(self.text, span);
            self.references.push(Reference { parts, line });
        }
    }

    /// Visits with further names bound.
    fn within(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names);
        visit(self);
        self.bound.truncate(before);
    }
}

impl Visit for Found<'_> {
    fn visit_attr(&mut self, attribute: &Attribute) {
        if !(self.is_variable && attribute.key.as_str() == "type") {
            visit_attr(self, attribute);
        }
    }

    fn visit_block(&mut self, block: &Block) {
        if !block.has_ident("dynamic") {
            return visit_block(self, block);
        }
        let label = block.labels.iter().map(|label| label.as_str().to_owned());
        self.within(label.collect(), |found| found.visit_body(&block.body));
    }

    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            Expression::Variable(name) => self.note(vec![name.as_str().to_owned()], name.span()),
            _ => visit_expr(self, expression),
        }
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        let Expression::Variable(name) = &traversal.expr else {
            return visit_traversal(self, traversal);
        };
        let attributes = traversal
            .operators
            .iter()
            .map_while(|operator| match operator.value() {
                TraversalOperator::GetAttr(attribute) => Some(attribute.as_str().to_owned()),
                _ => None,
            });
        let parts = std::iter::once(name.as_str().to_owned()).chain(attributes);
        self.note(parts.collect(), name.span());
        for operator in &traversal.operators {
            visit_traversal_operator(self, operator);
        }
    }

    fn visit_for_expr(&mut self, expression: &ForExpr) {
        self.visit_expr(&expression.intro.collection_expr);
        let names = expression
            .intro
            .key_var
            .iter()
            .chain([&expression.intro.value_var]);
        let names = names.map(|name| name.as_str().to_owned()).collect();
        self.within(names, |found| {
            let parts = expression.key_expr.iter().chain([&expression.value_expr]);
            for part in parts.chain(expression.cond.iter().map(|condition| &condition.expr)) {
                found.visit_expr(part);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::RootModule;

    fn of(text: &str) -> Vec<String> {
        let module = RootModule::of(text);
        let all = module.blocks.iter().flat_map(|block| &block.references);
        all.map(|reference| format!("{}:{}", reference.written(), reference.line))
            .collect()
    }

    #[test]
    fn references_are_found_wherever_expressions_are() {
        let text = "a \"b\" {\n  x = \"${var.one}-${f(local.two[var.three])}\"\n  y = c ? [data.d.e.f] : { (each.key) = module.g }\n\
                    \n  inner {\n    z = <<-E\n      ${path.module}\n    E\n  }\n}\n";
        let expected = [
            "var.one:2",
            "local.two:2",
            "var.three:2",
            "c:3",
            "data.d.e.f:3",
            "each.key:3",
            "module.g:3",
        ];
        let seen = of(text);
        assert_eq!(seen[..7], expected);
        assert!(seen[7].starts_with("path.module:"), "{seen:?}");
    }

    #[test]
    fn names_that_an_expression_binds_are_no_references() {
        let text = "a {\n  x = { for k, v in var.m : k => v.w if local.n }\n  dynamic \"rule\" {\n    for_each = var.r\n    \
                    content {\n      y = rule.value.z\n    }\n  }\n}\n";
        assert_eq!(of(text), ["var.m:2", "local.n:2", "var.r:4"]);
    }

    #[test]
    fn types_of_variables_are_no_references() {
        let text =
            "variable \"v\" {\n  type = map(object({ a = optional(string) }))\n  default = {}\n}\n";
        assert_eq!(of(text), Vec::<String>::new());
    }
}
